"""Plays the Python of a new environment: makes one, installs into it, fails on demand.

Run as `python stand_in.py make FOLDER` it makes an environment whose bin/python is
this file again. That one answers what the set-up asks, notes every installation in
log.txt and does what says.json says: {"a word of the command": [status, "text"]}.
"""

import json
import os
import re
import sys
from pathlib import Path


def make(folder: Path) -> None:
    """Make an environment with pip in it, as `python -m venv` does."""
    command = folder / "bin" / "python"
    command.parent.mkdir(parents=True, exist_ok=True)
    command.write_text(f"#!{sys.executable} -I\n{Path(__file__).read_text()}")
    command.chmod(0o755)
    add(folder, "pip", "23.2")


def add(folder: Path, name: str, version: str) -> None:
    """Install a package: one module and the list of its files."""
    packages = folder / "lib" / "python3.11" / "site-packages"
    stem = name.replace("-", "_")
    info = packages / f"{stem}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (packages / f"{stem}.py").write_text("")
    (info / "RECORD").write_text(f"{stem}.py,,\n{info.name}/RECORD,,\n")


def names(argument: str) -> list[tuple[str, str]]:
    """Return the packages that an argument of `pip install` stands for."""
    path = Path(argument)
    lines = path.read_text().splitlines() if path.is_file() else [argument]
    found = (re.match(r"([\w.-]+)==([\w.]+)", line) for line in lines)
    return [(match[1], match[2]) for match in found if match]


def install(folder: Path, words: list[str]) -> int:
    """Do what `pip install` does, or what says.json says."""
    command = " ".join(words)
    with (folder.parent / "log.txt").open("a") as log:
        log.write(command + "\n")
    says = folder.parent / "says.json"
    plans = json.loads(says.read_text()) if says.exists() else {}
    for word, (status, text) in plans.items():
        if word in command:
            print(text)
            return status
    for word in words:
        for name, version in names(word):
            print(f"Collecting {name}=={version}")
            add(folder, name, version)
    print("Installing collected packages: some")
    return 0


def answer(words: list[str]) -> int:
    """Be the environment's Python."""
    folder = Path(sys.argv[0]).parent.parent
    if "pip" in words and "install" in words:
        return install(folder, words[words.index("install") + 1 :])
    code = words[-1]
    if "version_info" in code:
        print(*os.environ.get("STAND_IN_VERSION", "3 11").split())
    elif "distributions" in code:
        found = folder.glob("lib/*/site-packages/*.dist-info")
        pairs = (path.name.removesuffix(".dist-info").split("-") for path in found)
        print(json.dumps(dict(pairs)))
    return 0


if sys.argv[1:2] == ["make"]:
    make(Path(sys.argv[2]))
elif __name__ == "__main__":
    sys.exit(answer(sys.argv[1:]))
