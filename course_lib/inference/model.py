"""What an optimised model can't do any more, and how it writes."""

from functools import cache
from typing import Any, NoReturn, Self

from torch import nn

from course_lib.cache import ModelCache
from course_lib.errors import CourseError
from course_lib.inference.recorded import RecordedStep, fixed_cache


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
