"""Links that fetch the course into a learner's folder on a hub and open a chapter."""

from urllib.parse import urlencode, urlsplit

from course_lib.errors import CourseError
from course_lib.resources.repository import BRANCH, REPOSITORY


def pull_link(hub: str, file: str, repository: str = REPOSITORY) -> str:
    """The address that nbgitpuller answers to, on this hub.

    Args:
        hub: its address, "https://hub.example.org"; with a path, if it has one.
        file: a chapter's, "03_self_attention.ipynb".
        repository: what is fetched; its branch is the course's.

    Raises:
        CourseError: the hub's address is none.
    """
    parts = urlsplit(hub)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
        raise CourseError(
            f"{hub!r} is not a hub's address. It looks like https://hub.example.org"
        )
    folder = repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
    wanted = {
        "repo": repository,
        "branch": BRANCH,
        "urlpath": f"lab/tree/{folder}/chapters/{file}",
    }
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(wanted)}"
