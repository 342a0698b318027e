"""The course's own prose: twenty short pieces to train tokenizers on."""

from functools import cache

from course_lib.errors import CourseError
from course_lib.resources.files import data_folder


@cache
def course_texts() -> dict[str, str]:
    """The pieces by name ("bakery", "bees", ...), in alphabetical order.

    Raises:
        CourseError: the folder holds no texts.
    """
    folder = data_folder() / "texts"
    # As bytes first: the same text on every system, whatever its line ends.
    texts = {
        path.stem: path.read_bytes().decode("utf-8").replace("\r\n", "\n").strip()
        for path in sorted(folder.glob("*.txt"))
    }
    if not texts:
        raise CourseError(f"No texts in {folder}: fetch the repository again.")
    return texts


def course_text() -> str:
    """All pieces as one text, with an empty line between paragraphs."""
    return "\n\n".join(course_texts().values())
