"""From a model's name to the folder that holds it: here, else from the Hub."""

from os import PathLike
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.resources.hub import hub_answers

# What the course reads of a model. No pickles: they are neither opened nor fetched.
WANTED = (
    "*.json",
    "*.safetensors",
    "*.txt",
    "*.spm",
    "*.model",
    "*.jinja",
)


def resolve(name: str | PathLike[str]) -> Path:
    """The folder of a model, given as a folder or by its name on the Hub.

    Looked for in this order: a folder of that path, the local Hub cache, the Hub. For
    a name, one line says what was chosen.

    Raises:
        CourseError: it is nowhere, or the Hub does not hand it out.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    if isinstance(name, PathLike) or not _may_be_a_name(name):
        raise CourseError(_nowhere(name, "it is no name on the Hub either"))
    found = _cached(name)
    if found is not None:
        print(f"{name}: from the local Hub cache.")
        return found
    if not hub_answers():
        raise CourseError(
            _nowhere(name, "the local Hub cache lacks it; the Hub does not answer")
        )
    return _fetched(name)


def _may_be_a_name(name: str) -> bool:
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return True


def _cached(name: str) -> Path | None:
    """The model's folder in the local cache, if its settings and weights are there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    whole = (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))
    return folder if whole else None


def _fetched(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        folder = Path(snapshot_download(name, allow_patterns=list(WANTED)))
    except (HfHubHTTPError, OSError) as error:
        first = str(error).strip().splitlines()[0]
        raise CourseError(_nowhere(name, f"the Hub says: {first}")) from error
    print(f"{name}: fetched from the Hub.")
    return folder


def _nowhere(name: str | PathLike[str], why: str) -> str:
    return (
        f"no folder {str(name)!r}, and {why}: give the folder that holds a model's "
        "config.json and model.safetensors"
    )
