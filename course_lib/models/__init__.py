"""Floor 1: whole models, assembled from the blocks; weights from Hugging Face files."""

from course_lib.models.bert import Bert, BertAnswer
from course_lib.models.bert_config import BertConfig
from course_lib.models.checkpoints import CheckpointError
from course_lib.models.gpt import GPT, GPTAnswer, GPTConfig
from course_lib.models.heads import HeadAnswer
from course_lib.models.seq2seq import EncoderAnswer, Seq2Seq, Seq2SeqAnswer
from course_lib.models.seq2seq_config import Seq2SeqConfig

__all__ = [
    "GPT",
    "Bert",
    "BertAnswer",
    "BertConfig",
    "CheckpointError",
    "EncoderAnswer",
    "GPTAnswer",
    "GPTConfig",
    "HeadAnswer",
    "Seq2Seq",
    "Seq2SeqAnswer",
    "Seq2SeqConfig",
]
