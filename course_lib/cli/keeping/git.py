"""What git is asked: what changed, what is new, and whether it can go on at all.

Standard library only: it runs before the environment stands.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course_lib.errors import CourseError

CHAPTERS = "chapters"
PATIENCE = 30  # seconds without a byte
UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
NO_GIT = (
    "{root} has no history to update from: it was downloaded as a ZIP file, it seems. "
    "Download the new one into a folder of its own and start there: {python} -m "
    "course_lib update --from {root}"
)


class GitError(CourseError):
    """Git refused; the message holds what it said."""


class Repository:
    """The course's folder as git sees it.

    Args:
        root: the folder of the repository
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.identity: list[str] = []

    def git(self, *words: str) -> bytes:
        """What git answers.

        Raises:
            GitError: it failed.
        """
        environ = dict(
            os.environ, LC_ALL="C", GIT_EDITOR="true", GIT_MERGE_AUTOEDIT="no"
        )
        if not sys.stdin or not sys.stdin.isatty():
            environ["GIT_TERMINAL_PROMPT"] = "0"
        command = ["git", "-c", "core.quotepath=off", *self.identity, *words]
        try:
            done = subprocess.run(
                command, cwd=self.root, capture_output=True, env=environ
            )
        except FileNotFoundError as error:
            raise CourseError(
                "git is not installed. Get it from https://git-scm.com/downloads and "
                "start again. Nothing was changed."
            ) from error
        if done.returncode:
            raise GitError(_reason(done.stderr.decode(errors="replace"), words[0]))
        return done.stdout

    def lines(self, *words: str) -> list[str]:
        """What git answers, line by line."""
        return self.git(*words).decode(errors="surrogateescape").splitlines()

    def names(self, *words: str) -> list[str]:
        """What git answers to a question for names with -z."""
        text = self.git(*words).decode(errors="surrogateescape")
        return [name for name in text.split("\0") if name]

    def says(self, *words: str) -> str:
        """The first line of what git answers, "" where it refuses."""
        try:
            return (self.lines(*words) or [""])[0]
        except GitError:
            return ""

    def require(self) -> None:
        """Refuse a folder without history, or one in the middle of something."""
        if not (self.root / ".git").exists():
            python = Path(sys.executable).stem
            raise CourseError(NO_GIT.format(root=self.root, python=python))
        try:
            self.git("rev-parse", "--verify", "HEAD")
        except GitError as error:
            raise CourseError(_unreadable(self.root, str(error))) from error
        folder = Path(self.root, self.says("rev-parse", "--git-dir"))
        for name, what in UNFINISHED.items():
            if (folder / name).exists():
                raise CourseError(
                    f"A {what} was begun here and is not finished. `git {what} "
                    "--abort` goes back to what you had; then start again."
                )
        unmerged = self.unmerged()
        if unmerged:
            raise CourseError(
                f"Half merged: {', '.join(unmerged)}. After `git stash pop` your "
                "version is still in the stash: `git checkout HEAD -- "
                f"{' '.join(unmerged)}`, start again, and then `git stash show -p` "
                "shows what is in it."
            )

    def upstream(self) -> str:
        """The remote branch that updates come from, as "origin/main"."""
        branch = self.says("symbolic-ref", "-q", "--short", "HEAD")
        if not branch:
            raise CourseError(
                "No branch is checked out (git calls it a detached HEAD). `git switch "
                "main` goes back to the course's; then start again."
            )
        found = self.says("rev-parse", "--abbrev-ref", "@{upstream}")
        if not found and not self.says("remote"):
            raise CourseError(
                "This copy knows no place to update from. Tell it where: `git remote "
                "add origin ADDRESS`, `git fetch`, `git branch -u origin/main`."
            )
        if not found:
            raise CourseError(
                f"Your branch {branch} follows no branch of the course. `git switch "
                "main`, or `git branch -u origin/main`, and start again."
            )
        return found

    def fetch(self, upstream: str) -> None:
        """Get what is new, without touching a file of the learner's."""
        slow = ("-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={PATIENCE}")
        remote = self.says("config", f"branch.{self.branch()}.remote") or "origin"
        try:
            self.git(*slow, "fetch", "--quiet", remote)
        except GitError as error:
            if ".git/" in str(error):  # not the network: a file of this folder
                raise CourseError(_unreadable(self.root, str(error))) from error
            raise CourseError(
                f"The update can't be fetched ({error}). Without a network the course "
                "runs as it is; go online and start again. Nothing was changed."
            ) from error

    def branch(self) -> str:
        """The branch that is checked out."""
        return self.says("symbolic-ref", "-q", "--short", "HEAD")

    def unmerged(self) -> list[str]:
        """Files in which git found a conflict."""
        return self.names("diff", "--name-only", "-z", "--diff-filter=U")

    def edited(self) -> list[str]:
        """Files that differ from the last commit, or are gone."""
        return self.names("diff", "--name-only", "-z", "--no-renames", "HEAD")

    def untracked(self) -> list[str]:
        """Files that git does not know and was not told to overlook."""
        return self.names("ls-files", "-z", "--others", "--exclude-standard")

    def differing(self, one: str, other: str) -> list[str]:
        """Files that two commits do not share."""
        return self.names("diff", "--name-only", "-z", "--no-renames", one, other)

    def show(self, commit: str, path: str) -> bytes | None:
        """A file as a commit has it; None if it has none of this name."""
        try:
            return self.git("cat-file", "blob", f"{commit}:{path}")
        except GitError:
            return None

    def restore(self, paths: Sequence[str]) -> None:
        """Put the last commit's version of these files in place."""
        if paths:
            self.git("checkout", "--quiet", "HEAD", "--", *paths)


def _unreadable(root: Path, said: str) -> str:
    """Why git can't read a folder, and what to do."""
    if any(word in said for word in ("dubious ownership", "Read-only", "Permission")):
        return (
            f"{root} belongs to another user, or can't be written to: whoever put it "
            "there updates it. To have a copy that you can update, clone the course "
            "into a folder of your own."
        )
    return (
        f"git can't read {root} ({said}). Clone the course anew, and bring your "
        f"answers there: python3 -m course_lib update --from {root}"
    )


def _reason(said: str, word: str) -> str:
    """What git complained of, in one line."""
    lines = [line.strip() for line in said.splitlines()]
    blame = [s for s in lines if s.startswith(("fatal:", "error:", "CONFLICT"))]
    if "index.lock" in said:
        blame = ["another git is at work here; if none is, delete .git/index.lock"]
    return (blame or lines[-1:] or [f"git {word} failed"])[0]


def is_chapter(path: str) -> bool:
    """Whether a path is that of a notebook of the course, or one put beside them."""
    folder, _, name = path.rpartition("/")
    return folder == CHAPTERS and name.endswith(".ipynb")
