"""What an optimised model can't do any more, and how it writes."""

from functools import cache
from typing import Any, NoReturn, Self

import torch
from torch import Tensor, nn

from course_lib.cache import ModelCache
from course_lib.errors import CourseError
from course_lib.inference.recorded import RecordedStep, fixed_cache
from course_lib.models.gpt_step import GPTStep


class Optimised:
    """Mixed into the class of a model that `optimize` made."""

    def train(self, mode: bool = True) -> Self:
        """Stay in evaluation mode.

        Raises:
            CourseError: training is asked for.
        """
        if mode:
            raise CourseError(
                "an optimised model has no gradients: train the original, and call "
                "optimize again"
            )
        return super().train(False)

    def save_pretrained(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: the weights were rounded, or lie in this processor's order.

        Raises:
            CourseError: always.
        """
        raise CourseError("save the original model; optimize is called after loading")


class Recording(Optimised):
    """An optimised GPT on a GPU, which reads new tokens by a recorded graph."""

    def new_cache(self, capacity: int = 64) -> ModelCache:
        """An empty cache whose tensors keep their place in memory."""
        return fixed_cache(len(self.blocks), capacity)

    def new_step(self, cache: ModelCache) -> RecordedStep:
        """What reads one more token; see `GPTStep`."""
        return RecordedStep(self, cache)


class Alone(Optimised):
    """An optimised GPT so small that a second thread costs more than it does."""

    def new_step(self, cache: ModelCache) -> "AloneStep":
        """What reads one more token; see `GPTStep`."""
        return AloneStep(self, cache)


class AloneStep(GPTStep):
    """`GPTStep` by one thread, as long as there are few texts."""

    MOST_TEXTS = 16

    def __call__(
        self,
        tokens: Tensor,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Read tokens; arguments and result are those of `GPTStep`."""
        threads = torch.get_num_threads()
        if threads == 1 or len(tokens) > self.MOST_TEXTS:
            return super().__call__(tokens, positions, mask)
        torch.set_num_threads(1)  # takes less than a microsecond
        try:
            return super().__call__(tokens, positions, mask)
        finally:
            torch.set_num_threads(threads)


@cache
def optimised_class(
    kind: type[nn.Module], mixed: type[Optimised] = Optimised
) -> type[nn.Module]:
    """A model's class, optimised; its models still are of the old one."""
    return type(f"Optimised{kind.__name__}", (mixed, kind), {"__doc__": kind.__doc__})


def require_original(model: nn.Module) -> None:
    """Check that a model was not optimised before.

    Raises:
        CourseError: it was.
    """
    if isinstance(model, Optimised):
        raise CourseError(
            "this model is optimised already: call optimize on the original, with "
            "everything that you want at once"
        )
