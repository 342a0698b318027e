"""Packs data/ into wheels as course_lib/_data; editable installs read data/ itself."""

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataInside(BuildHookInterface):
    """Adds the data to what goes into a standard wheel."""

    def initialize(self, version: str, build_data: dict) -> None:
        """Called by hatchling before it builds; `version` is standard or editable."""
        if version == "standard":
            build_data["force_include"]["data"] = "course_lib/_data"
