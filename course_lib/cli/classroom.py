"""The verb `classroom`: assignments for nbgrader, and links for a hub.

python -m course_lib classroom export my-class          all chapters with exercises
python -m course_lib classroom export my-class 03 04    these chapters
python -m course_lib classroom link https://hub.example.org 03
"""

import argparse
from pathlib import Path

from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError


def run(arguments: list[str]) -> int:
    """Run `classroom export` or `classroom link`."""
    chosen = _parser().parse_args(arguments)
    return _export(chosen) if chosen.what == "export" else _link(chosen)


def _export(chosen: argparse.Namespace) -> int:
    from course_lib.cli.assignments.folder import export, new_seed

    folder = Path(chosen.folder).expanduser()
    seed = new_seed() if chosen.seed is None else chosen.seed
    made = export(folder, ROOT, chosen.chapters, seed)
    for one in made:
        if one.exercises:
            count = len(one.exercises)
            noun = "exercise" if count == 1 else "exercises"
            print(f"{one.name}: {count} {noun}, {one.points} points")
    without = [one.name for one in made if not one.exercises]
    if without:
        print(f"\nNo exercises, so no assignment: {', '.join(without)}")
    left_out = [sentence for one in made for sentence in one.left_out]
    if left_out:
        print("\nNot exported as it stands in the chapter:")
        print("\n".join(f"  {sentence}" for sentence in left_out))
    print(f"\n{folder / 'README.md'} says how to hand out, grade and give back.")
    return 0


def _link(chosen: argparse.Namespace) -> int:
    from course_lib.cli.assignments.links import pull_link
    from course_lib.resources.chapters import chapters

    rows = chapters(ROOT)
    wrong = set(chosen.chapters) - {row.number for row in rows}
    if wrong:
        raise CourseError(
            f"There is no chapter {', '.join(sorted(wrong))}; there are "
            f"{', '.join(row.number for row in rows)}."
        )
    for row in rows:
        if not chosen.chapters or row.number in chosen.chapters:
            print(f"{row.number} {row.title}\n   {pull_link(chosen.hub, row.file)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m course_lib classroom",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    export = what.add_parser("export", help="write nbgrader's assignments")
    export.add_argument("folder", metavar="DIR", help="a new folder, or an earlier one")
    export.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="draws the unseen cases (default: a new one)",
    )
    link = what.add_parser("link", help="links that open chapters on a hub")
    link.add_argument("hub", metavar="HUB", help="its address, https://hub.example.org")
    for one in (export, link):
        one.add_argument("chapters", nargs="*", metavar="NN", help="all, if none given")
    return parser
