"""How good the checker is: mistakes caught and named, false alarms, time a check."""

import argparse
import sys

from course_lib.exercises.catalogue import catalogue, find
from course_lib.exercises.proof import Proof, prove

HEAD = f"{'exercise':<26}{'caught':>9}{'named':>9}{'pairs':>11}{'alike':>7}"
HEAD += f"{'right':>7}{'alarms':>8}{'ms':>6}{'max':>6}"


def run(arguments: list[str]) -> int:
    """Print the table; non-zero if anything is missed, misnamed or blamed."""
    parser = argparse.ArgumentParser("bench checks", description=__doc__)
    parser.add_argument("ids", nargs="*", help="exercises, all if none is given")
    parser.add_argument("--faults", action="store_true", help="print what failed")
    parser.add_argument("--alike", action="store_true", help="pairs that coincide")
    options = parser.parse_args(arguments)
    print(HEAD)
    proofs = [prove(find(name)) for name in options.ids or catalogue()]
    for proof in proofs:
        print(row(proof), flush=True)
    for proof in proofs:
        for fault in proof.faults * options.faults:
            print(f"{proof.exercise}: {fault}")
        for text in proof.alike * options.alike:
            print(f"{proof.exercise}: {text}")
    return int(any(proof.faults for proof in proofs))


def row(proof: Proof) -> str:
    """One line of the table."""
    cells = (
        f"{proof.caught}/{proof.mistakes}",
        f"{proof.named}/{proof.mistakes}",
        f"{proof.pairs_named}/{proof.pairs}",
        str(len(proof.alike)),
        str(proof.right),
        str(proof.alarms),
        f"{proof.median:.0f}",
        f"{max(proof.milliseconds):.0f}",
    )
    widths = (9, 9, 11, 7, 7, 8, 6, 6)
    text = "".join(f"{c:>{w}}" for c, w in zip(cells, widths, strict=True))
    return f"{proof.exercise:<26}{text}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
