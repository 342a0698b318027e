"""What is known of the versions in Colab's image; the list is versions.txt."""

from pathlib import Path

FILE = Path(__file__).with_name("versions.txt")


def image() -> dict[str, str]:
    """The versions in the image that were read off there: name to version."""
    known, _, _ = FILE.read_text(encoding="utf-8").partition("\n# The rest\n")
    lines = [line for line in known.splitlines() if "==" in line and line[0] != "#"]
    return dict(line.split("==") for line in lines)
