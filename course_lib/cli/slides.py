"""The verb `slides`: a chapter as a lecture, in JupyterLab, with everything live.

python -m course_lib slides        which chapters there are
python -m course_lib slides 03     chapter 03, from its first slide

The slides are the chapter's own cells; each says in its metadata whether and how it is
shown. What a slide looks like stands in jupyter/labconfig.
"""

import argparse
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from course_lib.cli import hand_over
from course_lib.cli.lab import course_environ, lab_command
from course_lib.cli.serving.extension import OWN_FOLDER
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError
from course_lib.resources.chapters import Chapter, chapters

EXTENSION = "jupyterlab_slideshow"
DECK = "jupyterlab-slideshow/plugin.jupyterlab-settings"
SHORTCUTS = "@jupyterlab/shortcuts-extension/shortcuts.jupyterlab-settings"
KEYS = """\
  Space, Page Down, Right     on: what waits below a question, then the next slide
  Shift-Space, Page Up, Left  back
  Shift-Right, Shift-Left     the next section, the section before
  Home                        the first slide
  Ctrl-Shift-Enter            run all cells, which labs and the explorer wait for
  Ctrl-Enter                  run this cell; Enter writes in it, Esc ends the writing
  Tab                         into a lab or the explorer; a click beside it leads out
  Esc                         leave the slides for the notebook"""
ON_A_SLIDE = ".jp-Deck .jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"
ON = {"direction": "down", "alternate": "forward"}
BACK = {"direction": "up", "alternate": "back"}
TO_THE_TOP = ["notebook:extend-marked-cells-top", "notebook:deselect-all"]
# The deck remembers where each slide was left: after the jump alone, the way on would
# leap over what is below them. It forgets when the notebook changes, so the title's
# heading is folded and unfolded.
HOME = [*TO_THE_TOP, *["notebook:toggle-heading-collapse"] * 2]
BINDINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "ArrowRight": ("deck:go", ON),
    "PageDown": ("deck:go", ON),  # what a presenter's remote control sends
    "ArrowLeft": ("deck:go", BACK),
    "PageUp": ("deck:go", BACK),
    "Shift ArrowRight": ("deck:go", {"direction": "forward"}),
    "Shift ArrowLeft": ("deck:go", {"direction": "back"}),
    "Home": ("apputils:run-all-enabled", {"commands": HOME}),
    "Accel Shift Enter": (
        "apputils:run-all-enabled",
        {"commands": ["notebook:run-all-cells", *TO_THE_TOP]},
    ),
}


def run(arguments: list[str]) -> int:
    """Open a chapter's slides, or say which chapters there are."""
    parser = argparse.ArgumentParser(
        "python3 -m course_lib slides",
        description=__doc__,
        epilog="All other options go to `jupyter lab`: --no-browser, --port 8899, ...",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("chapter", nargs="?", metavar="NN", help="its number: 03")
    chosen, others = parser.parse_known_args(arguments)
    there = chapters(ROOT)
    if chosen.chapter is None:
        print(listed(there))
        print("\nTo show one: python3 -m course_lib slides 03")
        return 0
    chapter = find(chosen.chapter, there)
    require_extension()
    print(f"Starting the slides of {chapter.number}, {chapter.title}. In the browser:")
    print(f"\n{KEYS}", flush=True)
    command = lab_command(others, f"chapters/{chapter.file}")
    folder = own_folder()
    try:
        return hand_over(command, slides_environ(folder))
    finally:  # not reached where this process becomes Lab, which removes it then
        shutil.rmtree(folder, ignore_errors=True)


def find(number: str, there: list[Chapter]) -> Chapter:
    """Return the chapter of this number: "03", "3" or its file's name.

    Raises:
        CourseError: there is none; the message lists those that there are.
    """
    asked = Path(number).name
    asked = asked.zfill(2) if asked.isdecimal() else asked
    for chapter in there:
        if asked in (chapter.number, chapter.file, Path(chapter.file).stem):
            return chapter
    raise CourseError(f"There is no chapter `{number}`. There are:\n{listed(there)}")


def listed(there: list[Chapter]) -> str:
    """The chapters, a line each."""
    return "\n".join(f"  {chapter.number}  {chapter.title}" for chapter in there)


def require_extension() -> None:
    """Refuse to start without jupyterlab-slideshow.

    Raises:
        CourseError: it is not installed; the message says how to get it.
    """
    if importlib.util.find_spec(EXTENSION) is None:
        raise CourseError(
            "The slides need jupyterlab-slideshow, which is not installed here. "
            f'Install it: {sys.executable} -m pip install "jupyterlab-slideshow>=0.3.4"'
        )


def own_folder() -> Path:
    """An empty folder for what this Lab remembers while it shows slides.

    Lab notes whether slides are shown. In the lecturer's own settings, the next
    ordinary Lab would begin with slides, or the next lecture without; in one folder
    for all, a second lecture would take the first one's settings away.
    """
    return Path(tempfile.mkdtemp(prefix="course-slides-"))


def slides_environ(folder: Path) -> dict[str, str]:
    """Return the environment of a Lab that begins with slides and remembers nothing.

    Args:
        folder: an empty folder; the lecturer's settings (theme, ...) are copied to it.
    """
    environ = course_environ(ROOT)
    settings = folder / "settings"
    theirs = user_settings(environ)
    if theirs.is_dir():
        shutil.copytree(theirs, settings)
    write_settings(settings)
    environ["JUPYTERLAB_SETTINGS_DIR"] = str(settings)
    environ["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
    environ[OWN_FOLDER] = str(folder)
    return environ


def write_settings(folder: Path) -> None:
    """Add to a folder of Lab's settings that it begins with slides, and their keys."""
    own = [
        {"command": command, "args": args, "keys": [key], "selector": ON_A_SLIDE}
        for key, (command, args) in BINDINGS.items()
    ]
    shortcuts = read_settings(folder / SHORTCUTS)
    shortcuts["shortcuts"] = [*shortcuts.get("shortcuts", []), *own]
    deck = {**read_settings(folder / DECK), "active": True}
    for name, values in ((SHORTCUTS, shortcuts), (DECK, deck)):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")


def read_settings(file: Path) -> dict[str, Any]:
    """What a user set, comments aside; nothing where nothing can be read."""
    import json5

    try:
        values = json5.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def user_settings(environ: dict[str, str]) -> Path:
    """Where Lab keeps what its user has set."""
    from jupyter_core.paths import jupyter_config_dir

    chosen = environ.get("JUPYTERLAB_SETTINGS_DIR")
    return Path(chosen or os.path.join(jupyter_config_dir(), "lab", "user-settings"))
