"""What the browser asks for, answered from the weights or from the model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from course_lib.errors import CourseError
from course_lib.viz.explorer import still, wire
from course_lib.viz.explorer.rollout import rollout_by_layer
from course_lib.viz.explorer.still_effect import add_effect
from course_lib.viz.explorer.view_data import AttentionPart, Effects, NextToken

Answer = tuple[dict[str, Any], list[bytes]]
LABELS_SENT = 400


class Answers:
    """Answers one explorer's questions; knows nothing of widgets.

    Args:
        parts: what is shown.
        effects: the model behind it, or None.
        tick: called with (done, of) while a long answer is computed.

    Attributes:
        parts: what is shown, by name; measured importance joins the figures.
    """

    def __init__(
        self,
        parts: Sequence[AttentionPart],
        effects: Effects | None = None,
        tick: Callable[[int, int], None] = lambda done, of: None,
    ) -> None:
        self.parts = {part.name: part for part in parts}
        self._effects, self._tick = effects, tick
        self._rollouts: dict[str, np.ndarray] = {}
        self._kinds: dict[str, Callable[[Mapping[str, Any]], Answer]] = {
            "layer": self._layer,
            "row": self._row,
            "rollout": self._rollout,
            "thumbnails": self._thumbnails,
            "query-key": self._query_key,
            "picture": self._picture,
            "ablate": self._ablate,
            "importance": self._importance,
            "lens": self._lens,
            "begin": lambda asked: self._next(self._model().begin(asked["prompt"])),
            "append": lambda asked: self._next(self._model().append(asked["id"])),
        }

    def to(self, asked: Mapping[str, Any]) -> Answer:
        """The answer to one question: JSON and buffers.

        Raises:
            CourseError: the question is unknown, or the model has no answer.
        """
        kind = str(asked.get("kind"))
        if kind not in self._kinds:
            raise CourseError(f"{kind!r} is no question: {', '.join(self._kinds)}.")
        return self._kinds[kind](asked)

    def _part(self, asked: Mapping[str, Any]) -> AttentionPart:
        return self.parts[asked["part"]]

    def _layer(self, asked: Mapping[str, Any]) -> Answer:
        small = wire.packed(self._part(asked).weights[asked["layer"]])
        return {"bits": small.itemsize * 8}, [small.tobytes()]

    def _row(self, asked: Mapping[str, Any]) -> Answer:
        """Exact weights of one query, of one head."""
        weights = self._part(asked).weights[asked["layer"], asked["head"]]
        row = weights[asked["token"]]
        return {}, [np.ascontiguousarray(row, dtype=np.float32).tobytes()]

    def _rollout(self, asked: Mapping[str, Any]) -> Answer:
        part = self._part(asked)
        if part.name not in self._rollouts:
            self._rollouts[part.name] = rollout_by_layer(part.weights)
        small = wire.packed(self._rollouts[part.name][asked["layer"]][None])
        return {"bits": small.itemsize * 8}, [small.tobytes()]

    def _thumbnails(self, asked: Mapping[str, Any]) -> Answer:
        small = wire.thumbnails(self._part(asked).weights)
        return {"rows": small.shape[2], "columns": small.shape[3]}, [small.tobytes()]

    def _query_key(self, asked: Mapping[str, Any]) -> Answer:
        arrays = wire.query_key(self._part(asked), asked["layer"], asked["head"])
        return {}, [array.tobytes() for array in arrays]

    def figure(
        self,
        selection: Mapping[str, Any],
        settings: Mapping[str, Any],
        heads: Sequence[Any] = (),
    ) -> Figure:
        """The view as a still picture; below it what these heads, off, change."""
        drawn = still.figure(self.parts[selection["part"]], selection, settings)
        if heads and self._effects and "ablate" in self._effects.can:
            found = self._effects.ablate([tuple(head) for head in heads])
            add_effect(drawn, found, len(heads))
        return drawn

    def _picture(self, asked: Mapping[str, Any]) -> Answer:
        drawn = self.figure(asked["selection"], asked["settings"], asked["heads"])
        return {}, [still.svg(drawn)]

    def _model(self) -> Effects:
        if self._effects is None:
            raise CourseError(
                "This explorer shows weights alone; it has no model to ask. "
                "explore(model, tokenizer, text) makes one that has."
            )
        return self._effects

    def _ablate(self, asked: Mapping[str, Any]) -> Answer:
        heads = [(name, layer, head) for name, layer, head in asked["heads"]]
        found = self._model().ablate(heads)
        return {
            "question": found.question,
            "labels": list(found.labels),
            "before": [float(p) for p in found.before],
            "after": [float(p) for p in found.after],
            "change": float(found.change),
        }, []

    def _importance(self, asked: Mapping[str, Any]) -> Answer:
        found = self._model().importance(self._tick)
        for name, values in found.items():
            figures = {**self.parts[name].head_figures, "importance": values}
            self.parts[name] = replace(self.parts[name], head_figures=figures)
        lists = {name: np.round(of, 6).tolist() for name, of in found.items()}
        return {"importance": lists}, []

    def _lens(self, asked: Mapping[str, Any]) -> Answer:
        rows = [
            {
                "layer": row.layer,
                "labels": list(row.labels),
                "probabilities": [float(p) for p in row.probabilities],
            }
            for row in self._model().lens(asked["token"])
        ]
        return {"rows": rows}, []

    @staticmethod
    def _next(now: NextToken) -> Answer:
        small = wire.packed(now.attention[:, :, None])
        return {
            "text": now.text,
            "tokens": list(now.tokens),
            "prompt_length": now.prompt_length,
            "labels": list(now.labels[:LABELS_SENT]),
            "bits": small.itemsize * 8,
            "layers": small.shape[0],
            "heads": small.shape[1],
        }, [
            np.ascontiguousarray(now.logits, dtype=np.float32).tobytes(),
            np.ascontiguousarray(now.ids, dtype=np.int32).tobytes(),
            small.tobytes(),
        ]
