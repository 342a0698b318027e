"""An update of the course around what a learner wrote.

Whatever is in the way is copied to `mine` first; then git takes the new version; then
the learner's cells go into it. A note in `mine` says what is under way, so that an
update that was cut off is finished by the next one.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from course_lib.cli.keeping import answers, copies
from course_lib.cli.keeping.git import CHAPTERS, GitError, Repository, is_chapter
from course_lib.errors import CourseError

NOTE = ".under-way.json"
NOBODY = ("-c", "user.name=A learner", "-c", "user.email=learner@localhost")


@dataclass(frozen=True)
class Kept:
    """A chapter whose update goes around what the learner wrote.

    Attributes:
        path: where it lies, from the repository's folder: "chapters/03_....ipynb".
        copy: the name of the learner's copy in `mine`; "" if nothing in it is theirs.
        base: the commit whose version the learner began with.
        new: the commit whose version comes.
    """

    path: str
    copy: str
    base: str
    new: str


class Update:
    """One update of a repository.

    Args:
        root: the repository's folder
        day: today
    """

    def __init__(self, root: Path, day: date) -> None:
        self.repository = Repository(root)
        self.root, self.day = root, day
        self.mine = root / copies.FOLDER
        self.note = self.mine / NOTE

    def run(self) -> Iterator[str]:
        """Do it, and say what happened, a sentence at a time.

        Raises:
            CourseError: it can't be done; answers are where they were, or in `mine`.
        """
        self.repository.require()
        upstream = self.repository.upstream()
        if self.note.exists():
            yield "An update was cut off here: it is finished first."
            yield from self._carry(self._noted())
        self.repository.fetch(upstream)
        head, new = (self._commit(name) for name in ("HEAD", upstream))
        base = self.repository.says("merge-base", head, new)
        if not base:
            raise CourseError(
                f"Your copy and {upstream} have no history in common. Clone the course "
                "anew, and bring your answers there: python3 -m course_lib update "
                f"--from {self.root}"
            )
        if base == new:
            yield "The course is up to date."
            return
        kept = self._keep(head, base, new)
        self._write_note(kept)
        self._step_aside(kept)
        self._merge(head, base, new, kept)
        count = len(self.repository.lines("rev-list", f"{base}..{new}"))
        yield f"The course is up to date: {count} new change{'s' * (count > 1)}."
        yield from self._carry(kept)
        if "requirements.txt" in self.repository.differing(base, new):
            yield "Its packages have changed: the next `lab` brings them up to date."

    def _commit(self, name: str) -> str:
        return self.repository.lines("rev-parse", name)[0]

    def _keep(self, head: str, base: str, new: str) -> list[Kept]:
        """Copy what the learner changed and the update changes as well."""
        touched = set(self.repository.differing(base, new))
        edited = {*self.repository.edited(), *self.repository.untracked()} & touched
        others = sorted(path for path in edited if not is_chapter(path))
        if others:
            raise CourseError(
                f"You changed what the update changes: {', '.join(others)}. Keep "
                "yours under another name, bring back the course's with `git "
                f"checkout -- {' '.join(others)}`, start again. Nothing was changed."
            )
        committed = set(self.repository.differing(base, head)) & touched
        return [
            Kept(path, self._copy(path, base), base, new)
            for path in sorted(filter(is_chapter, edited | committed))
        ]

    def _copy(self, path: str, base: str) -> str:
        """Copy a chapter, unless it was only run; return the copy's name."""
        file = self.root / path
        if not file.exists():
            return ""
        begun = self.repository.show(base, path)
        if begun is not None and answers.only_run(file.read_bytes(), begun):
            return ""
        return copies.keep(file, self.mine, self.day).name

    def _step_aside(self, kept: list[Kept]) -> None:
        """Put the last commit's versions in place, so that nothing is in git's way."""
        edited = self.repository.edited()
        for chapter in kept:
            self._require_saved(chapter)
            if chapter.path in edited:
                self.repository.restore([chapter.path])
            elif chapter.path in self.repository.untracked():
                (self.root / chapter.path).unlink()

    def _require_saved(self, chapter: Kept) -> None:
        """Refuse if a chapter was saved since it was copied."""
        if self._copy(chapter.path, chapter.base) != chapter.copy:
            self.note.unlink(missing_ok=True)
            raise CourseError(
                f"{chapter.path} was saved just now. Close it in Lab and start again."
            )

    def _merge(self, head: str, base: str, new: str, kept: list[Kept]) -> None:
        """Take the new version; where both changed a chapter, the new one counts."""
        ask = self.repository.git
        if base != head and not self.repository.says("config", "user.email"):
            self.repository.identity = list(NOBODY)
        how = ["--ff-only"] if base == head else ["--no-edit", "--no-stat"]
        try:
            ask("merge", "--quiet", *how, new)
            return
        except GitError as error:
            reason = str(error)
        conflicts = self.repository.unmerged()
        known = {chapter.path for chapter in kept}
        if conflicts and set(conflicts) <= known:
            there = [p for p in conflicts if self.repository.show(new, p) is not None]
            gone = [path for path in conflicts if path not in there]
            if there:
                ask("checkout", "--quiet", new, "--", *there)
            if gone:
                ask("rm", "--quiet", "--force", "--", *gone)
            ask("commit", "--quiet", "--no-edit")
            return
        if conflicts:
            ask("merge", "--abort")
            reason = f"your commits change {', '.join(sorted(set(conflicts) - known))}"
        self._back(kept)
        raise CourseError(
            f"The update does not go through: {reason}. What you had is in place again."
        )

    def _back(self, kept: list[Kept]) -> None:
        """After an update that failed: the learner's versions, where they were."""
        for chapter in kept:
            if chapter.copy:
                data = (self.mine / chapter.copy).read_bytes()
                copies.write(self.root / chapter.path, data)
        self.note.unlink(missing_ok=True)

    def _carry(self, kept: list[Kept]) -> Iterator[str]:
        """Bring the learner's cells into the new versions; say where everything is."""
        run = [Path(chapter.path).stem for chapter in kept if not chapter.copy]
        if run:
            yield f"Run, but not changed by you, and now new: {', '.join(run)}."
        for chapter in kept:
            if chapter.copy:
                yield self._carried(chapter)
        if kept:
            yield (
                "If one of these is open in Lab: File > Reload Notebook from Disk, "
                "then run it from the top."
            )
        self.note.unlink(missing_ok=True)

    def _carried(self, chapter: Kept) -> str:
        copy = self.mine / chapter.copy
        named = (
            f"{Path(chapter.path).stem}: your version is {copies.FOLDER}/{copy.name}"
        )
        mine = copy.read_bytes()
        path, new = self._continues(chapter, mine)
        if new is None:
            return f"{named}; the chapter is no longer in the course."
        base = self.repository.show(chapter.base, chapter.path)
        result = answers.carry(mine, base, new)
        # Finishing what was cut off: what was done since then is not undone.
        if result.data != new and self._is_new(path, new):
            copies.write(self.root / path, result.data)
        return f"{named}; {said(result, Path(path).stem)}"

    def _is_new(self, path: str, new: bytes) -> bool:
        if path not in self.repository.edited():
            return True
        file = self.root / path
        return not file.exists() or answers.only_run(file.read_bytes(), new)

    def _continues(self, chapter: Kept, mine: bytes) -> tuple[str, bytes | None]:
        """The chapter's new version; renamed, it is the one with most of its cells."""
        new = self.repository.show(chapter.new, chapter.path)
        if new is not None:
            return chapter.path, new
        ids = _ids(mine)
        best: tuple[int, str, bytes | None] = (0, chapter.path, None)
        tree = ("ls-tree", "-z", "--name-only", chapter.new, f"{CHAPTERS}/")
        for path in filter(is_chapter, self.repository.names(*tree)):
            data = self.repository.show(chapter.new, path)
            shared = len(ids & _ids(data or b""))
            if 2 * shared > len(ids) and shared > best[0]:
                best = (shared, path, data)
        return best[1], best[2]

    def _write_note(self, kept: list[Kept]) -> None:
        if kept:
            self.mine.mkdir(exist_ok=True)
            data = json.dumps([asdict(chapter) for chapter in kept]).encode()
            copies.write(self.note, data)

    def _noted(self) -> list[Kept]:
        """What an update that was cut off had still to do."""
        try:
            kept = [Kept(**entry) for entry in json.loads(self.note.read_bytes())]
        except (ValueError, TypeError):
            return []
        done = self.repository.lines("rev-list", "HEAD")
        # Before the new version came nothing was lost: the learner's goes back.
        waiting = [chapter for chapter in kept if chapter.new not in done]
        edited = self.repository.edited()
        for chapter in waiting:
            if chapter.copy and chapter.path not in edited:
                data = (self.mine / chapter.copy).read_bytes()
                copies.write(self.root / chapter.path, data)
        return [chapter for chapter in kept if chapter.new in done]


def _ids(data: bytes) -> set[str]:
    return {cell["id"] for cell in answers.cells(data) or [] if cell.get("id")}


def said(result: answers.Carried, name: str) -> str:
    """What is in the new chapter, and what stays behind."""
    parts = [", ".join(result.answers)] if result.answers else []
    if result.cells:
        parts.append(f"{result.cells} cell{'s' * (result.cells > 1)} of yours")
    if parts:
        text = f"now also in the new {name}: {' and '.join(parts)}"
    else:
        text = f"nothing of it could be brought into the new {name}"
    if result.left:
        text += f"; only in your version: {', '.join(result.left)}"
    return f"{text}."
