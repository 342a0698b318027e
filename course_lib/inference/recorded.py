"""Reading one more token on a GPU without the processor's help.

A small step keeps a GPU busy for microseconds, and Python takes longer to ask for it.
So the step is recorded once, as a CUDA graph, and from then on played back as a whole.
A recording repeats the same calls on the same memory. Therefore everything that
changes between tokens is a number in a tensor: which token, which position, what is
padding; and the cache neither grows nor moves.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.blocks import ACTIVATIONS, EncoderBlock
from course_lib.cache import KeyValueCache, ModelCache
from course_lib.models import GPT
from course_lib.models.gpt_step import bare

Room = tuple[Tensor, Tensor]  # keys and values (B, H, capacity, d)
Attend = Callable[[Room, Tensor], Tensor]


class FixedCache(KeyValueCache):
    """A cache that keeps its place in memory as long as its batch keeps its size."""

    def select(self, rows: Tensor) -> None:
        """Keep these rows of the batch, in this order."""
        if self._keys is None or len(rows) != len(self._keys):
            super().select(rows)
            return
        self._keys.copy_(self._keys.index_select(0, rows))
        self._values.copy_(self._values.index_select(0, rows))

    def room(self) -> Room:
        """Keys and values (B, H, capacity, d), the empty places included."""
        return self._keys, self._values

    def prepare(self, count: int = 1) -> None:
        """Make room for `count` more positions, with zeros where nothing was yet."""
        if self.length + count > self._keys.shape[-2]:
            self._make_room(self.length + count, self._keys, self._values)
        # Masked, but 0 times NaN would be NaN: uninitialised memory may hold anything.
        for kept in self.room():
            kept[..., self.length :, :] = 0


def fixed_cache(num_layers: int, capacity: int = 64) -> ModelCache:
    """A model's cache made of FixedCaches.

    Args:
        num_layers: L.
        capacity: positions to have room for; rounded up to whole blocks of 64, which
            GPUs read without detours.
    """
    cache = ModelCache(num_layers)
    room = -(-capacity // 64) * 64
    cache.own = [FixedCache(room) for _ in range(num_layers)]
    return cache


class RecordedStep:
    """`GPTStep`, recorded where there is a GPU. Without one it computes the same."""

    def __init__(self, model: GPT, cache: ModelCache) -> None:
        """Collect the layers.

        Args:
            model: in evaluation mode when it is used.
            cache: from `fixed_cache`, with the positions before; a step adds one.
        """
        self.words, self.positions = model.words.weight, model.positions.table.weight
        self.blocks = [fixed_block(block) for block in model.blocks]
        self.norm, self.output = bare(model.norm), bare(model.output)
        self.cache = cache
        self._place: tuple[int, ...] = ()  # of the cache when it was recorded

    @torch.no_grad()
    def __call__(
        self,
        tokens: Tensor,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Read tokens; the arguments are those of `GPTStep`.

        Returns:
            (B, V), the scores for what follows.
        """
        start = self.cache.get_seq_length()
        if self._moved():
            self._begin(tokens)
        self._tokens.copy_(tokens)
        self._slot.fill_(start)
        if positions is None:
            self._positions.fill_(start)
        else:
            self._positions.copy_(positions)
        if mask is not None:
            self._open[:, : start + 1] = mask.bool()
        if self._graph is None:
            self._logits = self._compute()
        else:
            self._graph.replay()
        for layer in self.cache.own:
            layer.length = start + 1
        return self._logits.clone()  # the next token is written over it

    def _moved(self) -> bool:
        """Whether the cache lies elsewhere than when the step was recorded."""
        for layer in self.cache.own:
            if layer.length + 1 > layer.room()[0].shape[-2]:
                layer.prepare()
        place = tuple(x.data_ptr() for layer in self.cache.own for x in layer.room())
        moved, self._place = place != self._place, place
        return moved

    def _begin(self, tokens: Tensor) -> None:
        """Make the tensors that change between tokens, and record the step."""
        device = tokens.device
        for layer in self.cache.own:
            layer.prepare()
        rooms = [layer.room() for layer in self.cache.own]
        capacity = rooms[0][0].shape[-2]
        start = self.cache.get_seq_length()
        self._rooms = rooms
        self._tokens = tokens.clone()
        self._positions = torch.full_like(tokens, start)
        self._slot = torch.full((1,), start, device=device)
        self._columns = torch.arange(capacity, device=device)
        shape = len(tokens), capacity
        self._open = torch.ones(shape, dtype=torch.bool, device=device)
        self._graph = self._record() if device.type == "cuda" else None

    def _record(self) -> torch.cuda.CUDAGraph:
        """Run the step a few times, as recording demands, and record it."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):  # always the same position: nothing is added
                self._compute()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self._logits = self._compute()
        return graph

    def _compute(self) -> Tensor:
        """The step itself, made of tensors alone: (B, V)."""
        seen = (self._columns <= self._slot) & self._open  # (B, capacity)
        mask = seen[:, None, None, :]

        def attend(rooms: Room, parts: Tensor) -> Tensor:
            query, key, value = parts.unbind(1)  # (B, H, 1, d) each
            for room, new in zip(rooms, (key, value), strict=True):
                room.index_copy_(2, self._slot, new)
            return F.scaled_dot_product_attention(query, *rooms, mask)

        x = F.embedding(self._tokens, self.words)
        x = x + F.embedding(self._positions, self.positions)
        for block, rooms in zip(self.blocks, self._rooms, strict=True):
            x = block(x, rooms, attend)
        return self.output(self.norm(x))


def fixed_block(
    block: EncoderBlock,
) -> Callable[[Tensor, Room, Attend], Tensor]:
    """A causal pre-norm block as a function of x (B, D), its room and `attend`."""
    norm1, norm2 = bare(block.norm1), bare(block.norm2)
    qkv, output = bare(block.attention.qkv), bare(block.attention.output)
    inner, outer = bare(block.feed_forward.inner), bare(block.feed_forward.outer)
    bend = ACTIVATIONS[block.feed_forward.activation]
    heads = block.attention.num_heads

    def read(x: Tensor, rooms: Room, attend: Attend) -> Tensor:
        parts = qkv(norm1(x)).view(len(x), 3, heads, 1, -1)  # (B, 3, H, 1, d)
        x = x + output(attend(rooms, parts).reshape(x.shape))
        return x + outer(bend(inner(norm2(x))))

    return read
