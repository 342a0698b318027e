"""From sources to pages: Sphinx with its settings, then a look at every link."""

import io
import re
from pathlib import Path
from typing import Any

from course_lib.cli.website import formulas, links
from course_lib.cli.website.staging import EXTRA
from course_lib.errors import CourseError
from course_lib.resources import repository

HERE = Path(__file__).parent
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def settings(extra: Path) -> dict[str, Any]:
    """Sphinx's settings; nothing in them makes a page ask another host."""
    return {
        "project": "Transformers, built step by step",
        "author": "the course's authors",
        "language": "en",
        "extensions": ["myst_nb", formulas.__name__],
        "exclude_patterns": [EXTRA],
        "myst_heading_anchors": 4,
        "myst_enable_extensions": ["dollarmath", "attrs_inline"],
        "nb_execution_mode": "off",
        "nb_merge_streams": True,
        "nb_code_prompt_show": "Show the set-up cell",  # no other cell is folded
        "nb_code_prompt_hide": "Hide the set-up cell",
        "nb_ipywidgets_js": {},  # no widget's state is stored; the scripts lie on a CDN
        "html_math_renderer": formulas.NAME,
        "html_theme": "pydata_sphinx_theme",
        "html_title": "Transformers, built step by step",
        "html_static_path": [str(HERE / "static")],
        "html_extra_path": [str(extra)],
        "html_css_files": ["site.css"],
        "html_js_files": [("site.js", {"defer": "defer"})],
        "html_favicon": str(HERE / "static" / "favicon.svg"),
        "html_context": {"default_mode": "auto"},
        "html_search_scorer": str(HERE / "templates" / "scorer.js"),
        "templates_path": [str(HERE / "templates")],
        "html_sidebars": {"**": ["chapters.html"]},
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "html_use_index": False,
        "html_theme_options": _theme(),
    }


def _theme() -> dict[str, Any]:
    return {
        "logo": {"text": "Transformers"},
        "navbar_center": [],
        "navbar_end": ["theme-switcher", "navbar-icon-links"],
        "github_url": repository.REPOSITORY,
        "secondary_sidebar_items": ["page-toc"],
        "show_prev_next": True,
        "footer_start": [],
        "footer_end": [],
        "back_to_top_button": False,
        "navigation_with_keys": False,
    }


def build(sources: Path, folder: Path, doctrees: Path) -> None:
    """Write the pages.

    Args:
        sources: what `stage` wrote.
        folder: an empty folder.
        doctrees: an empty folder for what Sphinx keeps while it works.

    Raises:
        CourseError: a link or a reference is broken, or Sphinx warns; each is named.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError

    warnings = io.StringIO()
    try:
        app = Sphinx(
            sources,
            None,
            folder,
            doctrees,
            "html",
            confoverrides=settings(sources / EXTRA),
            status=None,
            warning=warnings,
            freshenv=True,
        )
        app.build()
    except SphinxError as error:
        raise CourseError(f"Sphinx stopped: {error}") from error
    said = _COLOUR.sub("", warnings.getvalue()).replace(f"{sources}/", "")
    _drop_leftovers(folder / "_static")
    said_lines = [line for line in said.splitlines() if line.strip()]
    _require_none([*said_lines, *links.faults(folder)])
    (folder / ".nojekyll").touch()  # else GitHub Pages leaves out _static


def _drop_leftovers(static: Path) -> None:
    """Take out what the theme puts there for its own makers."""
    (static / "webpack-macros.html").unlink(missing_ok=True)
    for path in static.rglob("*.map"):
        path.unlink()


def _require_none(found: list[str]) -> None:
    if found:
        lines = "\n".join(f"  {line}" for line in found)
        raise CourseError(
            f"The pages are not whole; the earlier ones stay. Mend this:\n{lines}"
        )
