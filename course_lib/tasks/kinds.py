"""What tells one task from another: the model's head, and what things are called."""

from dataclasses import dataclass, replace

from course_lib.models.bert_config import BertConfig
from course_lib.models.seq2seq_config import Seq2SeqConfig


@dataclass(frozen=True)
class Kind:
    """A kind of trained model.

    Attributes:
        noun: what people call it.
        a_noun: the same with its article.
        made_by: the function that fine-tunes one.
        architectures: how Transformers' names for such models end.
        auto: Transformers' class that opens one.
        head: of the course's `Bert`; None where the model is a `Seq2Seq`.
        own: the types, by config.json, that the course's own model reads.
    """

    noun: str
    a_noun: str
    made_by: str
    architectures: tuple[str, ...]
    auto: str
    head: str | None
    own: tuple[str, ...] = tuple(BertConfig.KINDS)


CLASSIFIER = Kind(
    "classifier",
    "a classifier",
    "finetune_classifier",
    ("ForSequenceClassification",),
    "AutoModelForSequenceClassification",
    "classification",
)
TAGGER = Kind(
    "tagger",
    "a tagger",
    "finetune_tagger",
    ("ForTokenClassification",),
    "AutoModelForTokenClassification",
    "tagging",
)
ANSWERER = Kind(
    "answerer",
    "an answerer of questions",
    "finetune_answerer",
    ("ForQuestionAnswering",),
    "AutoModelForQuestionAnswering",
    "answer-span",
)
TRANSLATOR = Kind(
    "translator",
    "a translator",
    "finetune_translator",
    ("ForConditionalGeneration", "MTModel"),
    "AutoModelForSeq2SeqLM",
    None,
    tuple(Seq2SeqConfig.KINDS),
)
SUMMARISER = replace(
    TRANSLATOR, noun="summariser", a_noun="a summariser", made_by="finetune_summariser"
)
