"""A BERT and reviews so small that fine-tuning takes a second."""

import json
import random
from pathlib import Path

import torch
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

GOOD = ("lovely", "warm", "fresh", "kind", "clever")
BAD = ("stale", "rude", "broken", "dull", "greasy")
THINGS = ("soup", "film", "tent", "room", "clock", "play")
ASKED = Features(
    {
        **{name: Value("string") for name in ("id", "title", "context", "question")},
        "answers": {
            "text": List(Value("string")),
            "answer_start": List(Value("int64")),
        },
    }
)
SIZES = {"train": 60, "validation": 20, "test": 30}


def review(draw: random.Random, good: bool) -> str:
    """A sentence whose adjectives tell the label."""
    words = GOOD if good else BAD
    return (
        f"the {draw.choice(THINGS)} was {draw.choice(words)} and {draw.choice(words)}"
    )


def dataset(
    labels: list[int], names: tuple[str, ...] = ("bad", "good"), seed: int = 0
) -> Dataset:
    """Reviews with these labels; label 0 is a bad one."""
    draw = random.Random(seed)
    columns = {"text": [review(draw, bool(i)) for i in labels], "label": labels}
    features = Features(
        {"text": Value("string"), "label": ClassLabel(names=list(names))}
    )
    return Dataset.from_dict(columns, features=features)


def reviews(good_in: int = 2, **sizes: int) -> DatasetDict:
    """Three splits; every `good_in`-th review is a good one."""
    return DatasetDict(
        {
            name: dataset([int(i % good_in == 0) for i in range(count)], seed=seed)
            for seed, (name, count) in enumerate((SIZES | sizes).items())
        }
    )


def make_bert(folder: Path, **changes: float) -> Path:
    """A tiny BERT with random weights and a tokenizer, as the Hub keeps them."""
    folder.mkdir()
    everything = [review(random.Random(i), i % 2 == 0) for i in range(200)]
    maker = BertWordPieceTokenizer(lowercase=True)
    maker.train_from_iterator(everything, vocab_size=120, min_frequency=1)
    maker.save_model(str(folder))
    BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    settings = {
        "vocab_size": maker.get_vocab_size(),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 32,
    }
    torch.manual_seed(0)
    # 16 bits, as shipped models have.
    BertForMaskedLM(BertConfig(**settings, **changes)).half().save_pretrained(folder)
    return folder


def change_config(folder: Path, **changes: object) -> None:
    """Write settings into a checkpoint's config.json."""
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def passages(
    contexts: list[str], questions: list[str], answers: list[str | None]
) -> Dataset:
    """Questions about passages; None has no answer."""
    rows = [
        {
            "id": str(number),
            "title": "tiny",
            "context": context,
            "question": question,
            "answers": {
                "text": [] if answer is None else [answer],
                "answer_start": [] if answer is None else [context.index(answer)],
            },
        }
        for number, (context, question, answer) in enumerate(
            zip(contexts, questions, answers, strict=True)
        )
    ]
    return Dataset.from_list(rows, features=ASKED)


def asked(count: int, seed: int = 0) -> Dataset:
    """Like soup: which thing? Like lovely: how was it? One in four has no answer."""
    draw = random.Random(seed)
    contexts, questions, answers = [], [], []
    for number in range(count):
        thing, word = draw.choice(THINGS), draw.choice(GOOD + BAD)
        contexts.append(f"the {thing} was {word}")
        kind = 2 if number % 4 == 3 else draw.randrange(2)
        questions.append(("soup", "lovely", "and")[kind])
        answers.append((thing, word, None)[kind])
    return passages(contexts, questions, answers)


def questions(**sizes: int) -> DatasetDict:
    """Three splits of questions."""
    wanted = (SIZES | sizes).items()
    return DatasetDict({name: asked(n, seed) for seed, (name, n) in enumerate(wanted)})
