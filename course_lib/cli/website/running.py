"""Where a chapter runs, as HTML links without a picture of another host."""

from course_lib.resources import repository
from course_lib.resources.chapters import Chapter


def places(chapter: Chapter) -> list[tuple[str, str, str]]:
    """Name, address and what the link says in full, of each place it runs in."""
    file = chapter.file
    return [
        ("Colab", repository.colab_url(file), "Open in Colab"),
        ("Binder", repository.binder_url(file), "Open on Binder"),
        ("Notebook", f"notebooks/{file}", "Download the notebook"),
    ]


def badges(chapter: Chapter, full: bool = False) -> str:
    """A link for each place; short ones tell a screen reader their chapter."""
    return " ".join(
        f'<a class="course-badge" href="{address}"{_traits(name, chapter, full)}>'
        f"{says if full else name}</a>"
        for name, address, says in places(chapter)
    )


def phrase(chapter: Chapter) -> str:
    """Where something works, to end a sentence with."""
    (_, colab, _), (_, binder, _), _ = places(chapter)
    return (
        f'in the notebook, for example <a href="{colab}">on Colab</a> or '
        f'<a href="{binder}">on Binder</a>'
    )


def exercise(chapter: Chapter) -> str:
    """What stands where the notebook has the words of `check`."""
    return (
        '<div class="course-exercise"><p><strong>Your turn, in the notebook.</strong> '
        "This page shows code and cannot run it. Open the notebook and answer there; "
        "<code>check</code> then says how far you came.</p>"
        f'<p class="course-badges">{badges(chapter, full=True)}</p></div>'
    )


def _traits(name: str, chapter: Chapter, full: bool) -> str:
    kept = " download" if name == "Notebook" else ""
    label = "" if full else f' aria-label="{name}: {chapter.title}"'
    return kept + label
