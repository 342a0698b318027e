"""Settings of a model: what Hugging Face's config.json says, by its own names."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, ClassVar, Self

from course_lib.errors import CourseError


class Settings:
    """Base of the models' settings; a subclass is a frozen dataclass of its fields."""

    MODEL: ClassVar[str]
    """What these are the settings of, for messages."""
    KINDS: ClassVar[Mapping[str, Mapping[str, Any]]]
    """The `model_type`s that can be read, each with the defaults that are its own."""
    PLAIN: ClassVar[Mapping[str, Any]]
    """What config.json must say where it says anything: other values compute others."""

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any], **changes: Any) -> Self:
        """Take what describes the model from the contents of a config.json.

        Args:
            settings: the contents.
            changes: settings to be used in place of those.

        Raises:
            CourseError: it describes another architecture, or a kind of this one that
                computes something else; or a change has no setting.
        """
        known = [field.name for field in fields(cls)]
        strange = [name for name in changes if name not in [*known, *cls.PLAIN]]
        if strange:
            raise CourseError(
                f"{cls.MODEL} has no setting {', '.join(strange)}; choose from "
                f"{', '.join(known)}"
            )
        given = {**settings, **changes}
        cls._require_ours(given)
        kind = given.setdefault("model_type", next(iter(cls.KINDS)))
        given = {**cls.KINDS[kind], **given}
        return cls(**{name: given[name] for name in known if name in given})

    @classmethod
    def _require_ours(cls, given: Mapping[str, Any]) -> None:
        kinds = list(cls.KINDS)
        kind = given.get("model_type", kinds[0])
        if kind not in kinds:
            raise CourseError(
                f"config.json says model_type = {kind!r}; {cls.MODEL} reads "
                f"{' and '.join(map(repr, kinds))}: choose another checkpoint, or the "
                "model that this one is of"
            )
        for name, expected in cls.PLAIN.items():
            if given.get(name, expected) != expected:
                raise CourseError(
                    f"config.json says {name} = {given[name]!r}; {cls.MODEL} computes "
                    f"with {name} = {expected!r}: choose another checkpoint"
                )

    def to_dict(self) -> dict[str, Any]:
        """The contents of a config.json."""
        return asdict(self)
