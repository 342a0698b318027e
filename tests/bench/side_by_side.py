"""Measuring side by side: the same work by several ways, taking turns in one run.

Machines are shared, and run hot: what one way takes alone says little. So the ways
take turns, each round gives a ratio, and the median of the ratios is what counts. The
limit is what the machine does at best, measured in the same run.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.inference import Int8Linear, PackedLinear, abilities


@dataclass
class Way:
    """One way to do a row's work.

    Attributes:
        name: as the table shows it.
        run: does it once.
        least: how many times as fast as the peer it must be; None is not asked.
        limit: which of the machine's limits it could reach.
        work: operations, or bytes, that one run needs at least.
    """

    name: str
    run: Callable[[], Any]
    least: float | None = None
    limit: str = "float32"
    work: float = 0.0


@dataclass
class Result:
    """What a way was measured at.

    Attributes:
        row: the row's name.
        way: the way's name.
        seconds: median of a run.
        spread: the middle half of the runs, as a share of the median.
        ratio: median over the rounds of the peer's time by this way's.
        least: the figure that the ratio is to reach.
        share: of the machine's limit that was reached.
        limit: which limit that is.
        note: anything else that was measured.
        failed: whether that missed its figure.
    """

    row: str
    way: str
    seconds: float
    spread: float
    ratio: float
    least: float | None = None
    share: float | None = None
    limit: str = ""
    note: str = ""
    failed: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure was reached."""
        reached = self.least is None or self.ratio >= self.least
        return reached and not self.failed

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        return asdict(self) | {"holds": self.holds}


def side_by_side(
    row: str,
    ways: Sequence[Way],
    limits: dict[str, float],
    *,
    rounds: int = 9,
    seconds: float = 60.0,
) -> list[Result]:
    """Let ways take turns; the first one is the peer.

    Args:
        row: the row's name.
        ways: what is compared.
        limits: from `measured_limits`.
        rounds: how often each has its turn, three times at least.
        seconds: no new round begins after so many.
    """
    for way in ways:
        way.run()  # memory is claimed, kernels are chosen
    times: list[list[float]] = []
    begun = time.perf_counter()
    while len(times) < rounds and (
        len(times) < 3 or time.perf_counter() - begun < seconds
    ):
        # There and back again: a machine that slows down then favours nobody.
        turns = range(len(ways))[:: -1 if len(times) % 2 else 1]
        taken = {turn: timed(ways[turn].run) for turn in turns}
        times.append([taken[turn] for turn in range(len(ways))])
    columns = list(zip(*times, strict=True))
    return [
        _result(row, way, mine, columns[0], limits)
        for way, mine in zip(ways, columns, strict=True)
    ]


def _result(
    row: str,
    way: Way,
    mine: Sequence[float],
    peer: Sequence[float],
    limits: dict[str, float],
) -> Result:
    middle = statistics.median(mine)
    low, _, high = statistics.quantiles(mine, n=4)
    ratio = statistics.median(p / m for p, m in zip(peer, mine, strict=True))
    share = way.work / middle / limits[way.limit] if way.work else None
    spread = (high - low) / middle
    return Result(row, way.name, middle, spread, ratio, way.least, share, way.limit)


def timed(run: Callable[[], Any]) -> float:
    """Seconds that one run takes."""
    wait()
    begun = time.perf_counter()
    run()
    wait()
    return time.perf_counter() - begun


def wait() -> None:
    """Let a GPU finish what it was asked for."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


@dataclass
class Limits:
    """The machine at its best: operations and bytes a second.

    Attributes:
        device: where.
        found: by name: "float32", "bfloat16", "int8", "memory".
    """

    device: str
    found: dict[str, float] = field(default_factory=dict)

    def measure(self) -> dict[str, float]:
        """Measure those that this device has."""
        self.found["memory"] = memory_limit(self.device)
        self.found["float32"] = product_limit(self.device, torch.float32)
        if abilities.has_bfloat16(self.device):
            self.found["bfloat16"] = product_limit(self.device, torch.bfloat16)
        if self.device == "cpu" and abilities.has_int8():
            self.found["int8"] = product_limit(self.device, torch.int8)
        return self.found


def memory_limit(device: str) -> float:
    """Bytes a second that are read from memory, caches being too small."""
    x = torch.ones(2**27, device=device)  # 512 MB
    best = min(timed(x.sum) for _ in range(15))
    return x.nbytes / best


def product_limit(device: str, dtype: torch.dtype, size: int = 2048) -> float:
    """Operations a second of the fastest large product that PyTorch has."""
    size = size if device == "cpu" else 8192
    floating = torch.float32 if dtype is torch.int8 else dtype
    x = torch.randn(size, size, device=device).to(floating)
    layer = torch.nn.Linear(size, size, bias=False, device=device, dtype=floating)
    weight = layer.weight.detach()
    runs: list[Callable[[torch.Tensor], Any]] = [lambda x: F.linear(x, weight)]
    if dtype is torch.int8:
        runs = [Int8Linear(layer)]
    elif device == "cpu" and abilities.can_pack(dtype):
        runs.append(PackedLinear(layer))
    with torch.inference_mode():
        best = min(timed(lambda run=run: run(x)) for run in runs for _ in range(20))
    return 2 * size**3 / best
