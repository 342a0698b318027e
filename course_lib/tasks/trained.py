"""What every trained model of a task is: a model, its tokenizer, its figures."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from torch import nn

from course_lib.models.saving import Pretrained
from course_lib.tasks.kinds import Kind
from course_lib.tasks.quiet import quiet_transformers
from course_lib.tasks.saved import Kept, require_place, write_evaluation

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Trained:
    """Base of classifiers, taggers, answerers and those that write: saves them."""

    kind: ClassVar[Kind]
    model: nn.Module
    tokenizer: "PreTrainedTokenizerBase"
    evaluation: Kept | None

    def save(self, folder: str | PathLike[str]) -> None:
        """Write it where it is read again, here and by Transformers' Auto classes.

        Raises:
            CourseError: there is something else under that name.
        """
        folder = Path(folder)
        require_place(folder, self.kind)
        if isinstance(self.model, Pretrained):
            self.model.save_pretrained(folder, tokenizer=self.tokenizer)
        else:
            with quiet_transformers():
                self.model.save_pretrained(folder)
            self.tokenizer.save_pretrained(str(folder))
        write_evaluation(folder, self.evaluation)
