"""The commands of the course: `python -m course_lib <verb>`.

A verb is a module with `run(arguments: list[str]) -> int`. It is imported when it is
used, and nothing but the standard library is imported before the environment stands.
"""

import difflib
import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import CourseError
from course_lib.start import hush

INTERRUPTED = 130
HANDED_OVER = "COURSE_HANDED_OVER"
"""The environment variable that says: the set-up is done, this is its Python."""


class Verb(NamedTuple):
    """What a verb does and what it needs."""

    module: str
    says: str
    extras: tuple[str, ...] | None
    """The extras of pyproject.toml it uses; None: it runs without the environment."""


VERBS = {
    "lab": Verb("lab", "set up what is missing, then open JupyterLab", ("lab",)),
    "test": Verb("suite", "set up what is missing, then run every test", ("test",)),
    "doctor": Verb("doctor", "look at this machine and say what to mend", None),
    "notebooks": Verb("notebooks", "run chapters, put them in normal form", ("test",)),
    "bench": Verb("bench", "run a benchmark, for example `bench checks`", ()),
    "finetune": Verb("finetune", "fine-tune a model for a task on your own data", ()),
    "predict": Verb("predict", "ask a model that was fine-tuned", ()),
    "keep": Verb("keep", "copy the chapters that you changed to `mine`", None),
    "update": Verb("update", "the course's new version, with your answers in it", None),
    "progress": Verb("progress", "show which exercises you have passed", ()),
    "classroom": Verb(
        "classroom", "assignments for nbgrader, links for a hub", ("lab",)
    ),
    "slides": Verb("slides", "show a chapter as a lecture", ("lab", "slides")),
    "site": Verb("site", "build the course as static web pages", ("site",)),
    "train-model": Verb("train_model", "train a model that comes with the course", ()),
}


def usage() -> str:
    """Return the help text: one line a verb."""
    width = max(map(len, VERBS))
    lines = [f"  {name:{width}}  {verb.says}" for name, verb in VERBS.items()]
    head = "usage: python3 -m course_lib <verb> [options]\n"
    tail = "\n`python3 -m course_lib <verb> --help` says more about a verb."
    return "\n".join([head, *lines, tail])


def unknown(name: str) -> str:
    """Say that there is no such verb, and which there are."""
    near = difflib.get_close_matches(name, VERBS, n=1)
    guess = f" Did you mean `{near[0]}`?" if near else ""
    return f"There is no verb `{name}`.{guess} The verbs are: {', '.join(VERBS)}."


def main(arguments: list[str]) -> int:
    """Run the verb that the arguments name and return its exit status."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    name, *rest = arguments
    if name not in VERBS:
        print(unknown(name), file=sys.stderr)
        return 2
    try:
        return start(VERBS[name], name, rest)
    except CourseError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        print(f"\n{str(stop) or 'Stopped.'}", file=sys.stderr)
        return getattr(stop, "status", INTERRUPTED)


def start(verb: Verb, name: str, arguments: list[str]) -> int:
    """Run a verb here, or in the course's environment if this is another Python."""
    handed_over = os.environ.pop(HANDED_OVER, None)
    if not handed_over and verb.extras is not None and not helps(verb, arguments):
        from course_lib.cli.setup.environment import ready
        from course_lib.cli.setup.place import same

        place = ready(verb.extras)
        if not same(place.folder, Path(sys.prefix)):
            again = [str(place.python), "-m", "course_lib", name, *arguments]
            return hand_over(again, dict(os.environ, **{HANDED_OVER: "1"}))
    hush()
    return importlib.import_module(f"course_lib.cli.{verb.module}").run(arguments)


def helps(verb: Verb, arguments: list[str]) -> bool:
    """Whether only help is asked for, and can be given without a set-up."""
    if {"-h", "--help"}.isdisjoint(arguments):
        return False
    try:
        importlib.import_module(f"course_lib.cli.{verb.module}")
    except ImportError:
        return False
    return True


def hand_over(command: list[str], environ: dict[str, str] | None = None) -> int:
    """Become this command: its output, its Ctrl-C and its exit status are ours."""
    environ = dict(os.environ) if environ is None else environ
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, environ)
    # Windows has no exec that a console waits for.
    with subprocess.Popen(command, env=environ) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # the command got it too, and ends in its own way
