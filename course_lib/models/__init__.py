"""Floor 1: whole models, assembled from the blocks; weights from Hugging Face files."""

from course_lib.models.bert import Bert, BertAnswer, BertConfig
from course_lib.models.checkpoints import CheckpointError

__all__ = ["Bert", "BertAnswer", "BertConfig", "CheckpointError"]
