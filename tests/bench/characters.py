"""The row about learning to write: a character GPT, until it reaches 1.90 nats.

The peer is the recipe that nanoGPT gives for CPUs (Karpathy 2022): 4 layers, D = 128,
2,000 batches of 12 texts of 64 characters, which ends at 1.91 nats. Its steps all cost
the same, so that 100 of them tell what 2,000 take. The time is that of one processor.
"""

import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import peers
import torch
import torch.nn.functional as F
from learning import stepper
from side_by_side import Result
from torch import Tensor, nn

from course_lib.attention import fast_attention, merge_heads
from course_lib.positions import Rotary

GOAL, LENGTH, WIDTH, LAYERS, HEADS = 1.90, 64, 128, 2, 4
STEPS, BATCH, PEER_STEPS, PEER_BATCH = 360, 16, 2000, 12


def scaled(x: Tensor) -> Tensor:
    """Every vector brought to the same length: RMSNorm without a scale."""
    return F.rms_norm(x, x.shape[-1:])


class Block(nn.Module):
    """Attention with rotary positions and normed queries and keys; squared ReLU.

    Sources: Henry et al. 2020, Query-Key Normalization for Transformers; So et al.
    2021, Primer: Searching for Efficient Transformers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.output = nn.Linear(WIDTH, WIDTH, bias=False)
        self.inner = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.outer = nn.Linear(4 * WIDTH, WIDTH, bias=False)
        self.rotary = Rotary(WIDTH // HEADS)
        for layer in (self.output, self.outer):  # a new block changes nothing
            nn.init.zeros_(layer.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Add to each character what it gathers, and what is made of it."""
        parts = self.qkv(scaled(x)).unflatten(-1, (3, HEADS, -1))  # (B, T, 3, H, d)
        query, key, value = parts.transpose(1, 3).unbind(2)  # (B, H, T, d) each
        query, key = self.rotary(scaled(query)), self.rotary(scaled(key))
        context = fast_attention(query, key, value, is_causal=True)
        x = x + self.output(merge_heads(context))
        return x + self.outer(F.relu(self.inner(scaled(x))).square())


class CharacterGPT(nn.Module):
    """Two blocks over characters."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.output = nn.Linear(WIDTH, vocabulary, bias=False)
        nn.init.zeros_(self.output.weight)

    def forward(self, ids: Tensor) -> Tensor:
        """Scores (B, T, V) for the character behind each of ids (B, T)."""
        return self.output(scaled(self.blocks(scaled(self.words(ids)))))


def optimisers(model: CharacterGPT) -> list[torch.optim.Optimizer]:
    """Muon for the blocks' matrices, AdamW for what characters are looked up in.

    Source: Jordan et al. 2024, Muon: An optimizer for hidden layers.
    """
    around = [model.words.weight, model.output.weight]
    return [
        torch.optim.Muon(model.blocks.parameters(), lr=0.02, weight_decay=0.0),
        torch.optim.AdamW(
            around, lr=0.01, betas=(0.9, 0.98), weight_decay=0, fused=True
        ),
    ]


def learn(ids: Tensor, vocabulary: int, seed: int) -> tuple[CharacterGPT, float]:
    """Train on ids (N,); the model, and the seconds that it took."""
    torch.manual_seed(seed)
    begun = time.process_time()
    model = CharacterGPT(vocabulary)
    steps = optimisers(model)
    rates = [group["lr"] for one in steps for group in one.param_groups]
    for step in range(STEPS):
        share = min(1.0, (STEPS - step) / (0.7 * STEPS))  # flat, then down to 0
        for one, rate in zip(steps, rates, strict=True):
            one.param_groups[0]["lr"] = rate * share
        starts = torch.randint(len(ids) - LENGTH, (BATCH, 1))
        batch = ids[starts + torch.arange(LENGTH + 1)]
        logits = model(batch[:, :-1])
        F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten()).backward()
        for one in steps:
            one.step()
            one.zero_grad()
    return model, time.process_time() - begun


@torch.inference_mode()
def loss(model: nn.Module, ids: Tensor) -> float:
    """Mean surprise over ids (N,), read in pieces of 64 as nanoGPT does."""
    count = (len(ids) - 1) // LENGTH
    texts = ids[: count * LENGTH].view(count, LENGTH)
    following = ids[1 : count * LENGTH + 1].view(count, LENGTH)
    pieces = zip(texts.split(256), following.split(256), strict=True)
    sums = (
        F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum")
        for x, y in pieces
    )
    return sum(sums).item() / (count * LENGTH)


def peer_seconds(ids: Tensor) -> float:
    """Processor time of nanoGPT's recipe, from the steps that fit into a moment."""
    batch = peers.random_ids(PEER_BATCH, LENGTH, 65)

    def plain_adamw(model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99))

    step = stepper(peers.our_gpt("course"), plain_adamw, batch)
    times = []
    for _ in range(100):
        begun = time.process_time()
        step()
        times.append(time.process_time() - begun)
    return PEER_STEPS * statistics.median(times)


def row(text: Path | None) -> Callable[[str, dict[str, float]], list[Result]]:
    """A row: three seeds learn a text, which begins the held-out part at 90 %."""

    def measure(name: str, limits: dict[str, float]) -> list[Result]:
        if text is None:
            result = Result(name, "left out", 0.0, 0.0, math.nan)
            result.note = "give a text to learn, with --text FILE"
            return [result]
        return _measured(name, text.read_text(encoding="utf-8"))

    return measure


def _measured(name: str, text: str) -> list[Result]:
    known = sorted(set(text))
    ids = torch.tensor([known.index(letter) for letter in text])
    cut = int(0.9 * len(ids))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        peer = peer_seconds(ids)
        results = [Result(name, "nanoGPT's recipe", peer, 0.0, 1.0)]
        for seed in range(3):
            model, seconds = learn(ids[:cut], len(known), seed)
            found = loss(model, ids[cut:])
            result = Result(name, f"course, seed {seed}", seconds, 0, peer / seconds, 4)
            result.note = f"{found:.3f} nats (at most {GOAL})"
            result.failed = found > GOAL
            results.append(result)
    finally:
        torch.set_num_threads(threads)
    return results
