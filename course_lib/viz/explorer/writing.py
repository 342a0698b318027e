"""The generation lab's side in Python: text so far, and what may follow."""

from typing import Any

import numpy as np
import torch

from course_lib.errors import CourseError
from course_lib.viz.explorer.reading import Reader, require_length
from course_lib.viz.explorer.texts import Words, cut, labels_of, words_of
from course_lib.viz.explorer.view_data import NextToken

LABELLED = 400  # of the likeliest tokens; nobody looks at more
WRITTEN = ("self", "decoder")  # parts whose attention looks at what is written
GREEDY = 64  # tokens of a translation that is asked for without a target


class Writer:
    """Writes one token after another, each chosen by whoever asks.

    Every step reads the whole text anew: texts in a lab are short, and so the
    attention of the newest token comes from the very call that made the distribution.

    Args:
        model, tokenizer: of a decoder, or of an encoder-decoder.
        start: the first token of a written text in an encoder-decoder; None where
            the text goes on after the prompt itself.
    """

    def __init__(self, model: Any, tokenizer: Any, start: int | None) -> None:
        self._model, self._tokenizer, self._start = model, tokenizer, start
        self._reader: Reader | None = None
        self._prompt = 0

    def begin(self, prompt: str) -> NextToken:
        """Read the prompt."""
        inputs, words = cut(self._tokenizer, prompt)
        require_length(words, self._model)
        if self._start is None:
            end = getattr(self._tokenizer, "eos_token_id", None)
            kept = len(words.ids) - (words.ids[-1] == end and len(words.ids) > 1)
            inputs = {name: x[:, :kept] for name, x in inputs.items()}
            words = words_of(self._tokenizer, words.ids[:kept])
            self._reader, self._prompt = Reader(self._model, inputs, words), kept
        else:
            target = words_of(self._tokenizer, [self._start])
            self._reader = Reader(self._model, inputs, words, target)
            self._prompt = 1
        return self._now()

    def append(self, token_id: int) -> NextToken:
        """Put a token behind the text."""
        reader = self._reader
        if reader is None:
            raise CourseError("There is no text yet: begin with a prompt.")
        written = self._written()
        longer = words_of(self._tokenizer, (*written.ids, token_id))
        require_length(longer, self._model)
        if reader.target is None:
            mask = torch.ones(1, len(longer.ids), dtype=torch.long)
            inputs = {"input_ids": longer.tensor()}
            if "attention_mask" in reader.inputs:
                inputs["attention_mask"] = mask
            self._reader = Reader(self._model, inputs, longer)
        else:
            self._reader = Reader(self._model, reader.inputs, reader.words, longer)
        return self._now(token_id)

    def _written(self) -> Words:
        assert self._reader is not None
        return self._reader.target or self._reader.words

    def _now(self, newest: int | None = None) -> NextToken:
        assert self._reader is not None
        answer, calls = self._reader.run()
        logits = answer.logits[0, -1].float().cpu()
        values, ids = logits.sort(descending=True)
        words = self._written()
        own = [c for c in calls if self._reader.part_of(c.place) in WRITTEN]
        rows = torch.stack([call.weights[:, -1] for call in own]).float().cpu()
        shown = words.ids[0 if self._reader.target is None else 1 :]
        return NextToken(
            text=self._tokenizer.decode(shown),
            tokens=words.tokens,
            prompt_length=self._prompt,
            ids=ids.numpy().astype(np.int32),
            logits=values.numpy(),
            labels=labels_of(self._tokenizer, ids[:LABELLED].tolist()),
            attention=rows.numpy(),
            id_of_last=newest,
        )


def greedy(reader: Reader, tokenizer: Any, ends: set[int]) -> Words:
    """What an encoder-decoder writes when it always takes the likeliest token."""
    assert reader.target is not None
    ids = list(reader.target.ids)
    while len(ids) < GREEDY:
        written = words_of(tokenizer, ids)
        answer, _ = Reader(reader.model, reader.inputs, reader.words, written).run()
        newest = int(answer.logits[0, -1].argmax())
        if newest in ends:
            break
        ids.append(newest)
    return words_of(tokenizer, ids)
