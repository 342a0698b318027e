"""A Python with Sphinx, and a small course built with it once."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FEW = {"03_self_attention.ipynb": None, "09_seeing_attention.ipynb": 9}
"""The chapters of the small course, and how many of their cells; None: all."""

LECTURERS = """# For lecturers

[Self-attention](03_self_attention.md), and [the cards](../../data/README.md).
"""
LECTURE = """# 03: notes

[The chapter](../03_self_attention.ipynb#Quiz). Look out for `hides-self`.
"""
TEXTS = {
    "chapters/questions_and_answers.md": "# Questions\n\n"
    "## One\n\n[Masks](03_self_attention.ipynb#Quiz).\n",
    "chapters/for_lecturers/README.md": LECTURERS,
    "chapters/for_lecturers/03_self_attention.md": LECTURE,
    "data/README.md": "# Data\n\n[reviews](reviews/README.md)\n",
    "data/reviews/README.md": "# Card: reviews\n\n[The licence](../../LICENSE)\n",
    "LICENSE": "As you like.\n",
}
"""What stands beside the chapters of the small course."""


@pytest.fixture(scope="session")
def site_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """This Python where it has the extra `site`, else one that borrows its packages."""
    if importlib.util.find_spec("sphinx"):
        return sys.executable
    folder = tmp_path_factory.mktemp("sphinx") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    inside = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", inside))
    (packages / "ours.pth").write_text(sysconfig.get_path("purelib"))
    python = sysconfig.get_path("scripts", "venv", inside) + "/python"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = extras["optional-dependencies"]["site"]
    command = [python, "-m", "pip", "install", "-q", "--retries", "1", *wanted]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode and not os.environ.get("CI"):
        pytest.skip(f"the extra `site` can't be installed here: {made.stderr[-200:]}")
    assert made.returncode == 0, made.stderr
    return python


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with two chapters, the second cut after its first explorer."""
    root = tmp_path_factory.mktemp("course")
    for name in ("README.md", "data/pictures/attention.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    (root / "chapters").mkdir()
    for file, count in FEW.items():
        text = (ROOT / "chapters" / file).read_text(encoding="utf-8")
        text = text.replace(
            "04_multi_head_attention.ipynb", "09_seeing_attention.ipynb"
        )
        notebook = json.loads(text)
        notebook["cells"] = notebook["cells"][:count]
        (root / "chapters" / file).write_text(json.dumps(notebook), encoding="utf-8")
    for path, text in TEXTS.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def build(python: str, root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build a checkout's pages in a process of that Python."""
    code = (
        "import sys; from pathlib import Path; from course_lib.cli.site import "
        "build_site; print(build_site(Path(sys.argv[2]), Path(sys.argv[1])))"
    )
    environ = dict(os.environ, PYTHONPATH=str(ROOT))
    command = [python, "-c", code, str(root), str(folder)]
    return subprocess.run(command, env=environ, capture_output=True, text=True)


@pytest.fixture(scope="session")
def site(
    site_python: str, small_course: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The pages of the small course."""
    folder = tmp_path_factory.mktemp("pages") / "site"
    made = build(site_python, small_course, folder)
    assert made.returncode == 0, made.stderr
    return folder
