"""The verb `site`: the course as static pages, which need no kernel and no internet.

The notebooks' stored outputs are shown. Explorers are live: their numbers come from
running the chapters that show one, as far as the last of them.
"""

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path

from course_lib.cli import stops
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError

NEEDED = {"sphinx": "sphinx", "myst_nb": "myst-nb", "latex2mathml": "latex2mathml"}
DEFAULT = ROOT / "build" / "site"


def run(arguments: list[str]) -> int:
    """Build the pages and say where they are."""
    parser = argparse.ArgumentParser(
        "python3 -m course_lib site", description=__doc__, allow_abbrev=False
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=DEFAULT, help="default: build/site"
    )
    parser.add_argument(
        "--still", action="store_true", help="pictures instead of live explorers"
    )
    options = parser.parse_args(arguments)
    require_extra()
    with stops.raised(f"Stopped. {options.folder} is as it was."):
        pages = build_site(options.folder, still=options.still)
    size = sum(path.stat().st_size for path in options.folder.rglob("*"))
    print(f"{pages} chapters, {size / 1e6:.1f} MB, in {options.folder}")
    print(f"To read them: python -m http.server -b 127.0.0.1 -d {options.folder} 8000")
    return 0


def build_site(folder: Path, root: Path = ROOT, still: bool = False) -> int:
    """Build the pages of a checkout; return how many chapters there are.

    Args:
        folder: replaced if an earlier build made it; once the new pages are whole.
        root: the checkout.
        still: show pictures of the explorers and run nothing.

    Raises:
        CourseError: the folder is another's, a chapter or a link is broken.
    """
    from course_lib.cli.website import building, staging
    from course_lib.cli.website.folder import written_whole

    with (
        written_whole(folder) as new,
        tempfile.TemporaryDirectory(prefix="course-site-") as name,
    ):
        sources, doctrees = Path(name).resolve() / "sources", Path(name) / "doctrees"
        sources.mkdir()
        found = staging.stage(root, sources, _none if still else _explorers)
        building.build(sources, new, doctrees)
    return len(found)


def require_extra() -> None:
    """Refuse to start without Sphinx and its kin.

    Raises:
        CourseError: packages of the extra `site` are missing.
    """
    names = {**NEEDED, "pydata_sphinx_theme": "pydata-sphinx-theme"}
    missing = [p for m, p in names.items() if importlib.util.find_spec(m) is None]
    if missing:
        raise CourseError(
            f"The pages need {', '.join(missing)}, which the course itself does not. "
            f'Install them: {sys.executable} -m pip install -e "{ROOT}[site]"'
        )


def _explorers(notebook: Path, folder: Path) -> dict[str, Path]:
    from course_lib.cli.website.explorers import shows_any, write_explorers

    if shows_any(notebook):
        print(f"{notebook.name}: running it for its explorers ...", flush=True)
    return write_explorers(notebook, folder)


def _none(_notebook: Path, _folder: Path) -> dict[str, Path]:
    return {}
