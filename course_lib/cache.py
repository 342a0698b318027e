"""The key-value cache: what generation keeps, so as not to compute it again."""

from torch import Tensor

from course_lib.errors import ShapeError


class KeyValueCache:
    """Keys and values of the positions that one attention layer has seen.

    When text is generated token by token, earlier keys and values never change: each
    is computed once and kept. Room is allocated ahead and grows by half when it is
    full, so that a new token is copied, and not all the old ones with it.

    Use it under `torch.no_grad()`: with gradients on, the values are right, but the
    cache holds on to the whole computation.
    """

    def __init__(self, capacity: int = 64) -> None:
        """Start empty, with room for `capacity` positions."""
        self.length = 0
        self._capacity = capacity
        self._keys: Tensor | None = None  # (B, H, capacity, d), once there is a key
        self._values: Tensor | None = None

    @property
    def keys(self) -> Tensor:
        """(B, H, T, d): the T positions kept so far, a view."""
        return self._keys.narrow(-2, 0, self.length)

    @property
    def values(self) -> Tensor:
        """(B, H, T, d): the T positions kept so far, a view."""
        return self._values.narrow(-2, 0, self.length)

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Keep new positions, (B, H, T_new, d) each.

        Returns:
            The keys and the values of all positions, (B, H, T, d) each.

        Raises:
            ShapeError: the new ones belong to another batch than those kept.
        """
        start, count = self.length, key.shape[-2]
        self._make_room(start + count, key, value)
        self._keys.narrow(-2, start, count).copy_(key)
        self._values.narrow(-2, start, count).copy_(value)
        self.length = start + count
        return self.keys, self.values

    def select(self, rows: Tensor) -> None:
        """Keep these rows of the batch, in this order; a row may stand several times.

        Args:
            rows: (B_new,), whole numbers.
        """
        if self._keys is not None:
            self._keys = self._keys.index_select(0, rows)
            self._values = self._values.index_select(0, rows)

    def _make_room(self, length: int, key: Tensor, value: Tensor) -> None:
        if self._keys is not None and self._keys.shape[:-2] != key.shape[:-2]:
            raise ShapeError(
                f"the cache holds keys {tuple(self.keys.shape)}, the new ones are "
                f"{tuple(key.shape)}: start a new batch with a new, empty cache"
            )
        if self._keys is not None and length <= self._capacity:
            return
        ahead = length // 2 if self.length else 0  # a first text may be all there is
        self._capacity = max(self._capacity, length + ahead)
        self._keys = self._moved(self._keys, key)
        self._values = self._moved(self._values, value)

    def _moved(self, kept: Tensor | None, new: Tensor) -> Tensor:
        """A tensor of the full capacity that begins with what was kept."""
        room = new.new_empty(*new.shape[:-2], self._capacity, new.shape[-1])
        if kept is not None:
            room[..., : self.length, :] = kept[..., : self.length, :]
        return room


class ModelCache:
    """The caches of all layers of a model: its `past_key_values`."""

    def __init__(
        self, num_layers: int, *, cross_attention: bool = False, capacity: int = 64
    ) -> None:
        """Start empty.

        Args:
            num_layers: L.
            cross_attention: whether each layer looks at a memory as well.
            capacity: positions to have room for.
        """
        self.own = [KeyValueCache(capacity) for _ in range(num_layers)]
        # The memory's length is known when it comes: room for it is made then.
        count = num_layers if cross_attention else 0
        self.across = [KeyValueCache(0) for _ in range(count)]

    def get_seq_length(self) -> int:
        """How many positions are kept."""
        return self.own[0].length if self.own else 0

    def pairs(self) -> list[tuple[KeyValueCache, KeyValueCache]]:
        """For each layer the cache of the text written and that of the memory."""
        return list(zip(self.own, self.across, strict=True))

    def select(self, rows: Tensor, *, same_memory: bool = False) -> None:
        """Keep these rows of the batch, in this order, in every layer.

        Args:
            rows: (B_new,), whole numbers.
            same_memory: each row's memory is that of the row it replaces.
        """
        for cache in self.own if same_memory else [*self.own, *self.across]:
            cache.select(rows)
