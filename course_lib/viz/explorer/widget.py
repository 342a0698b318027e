"""`AttentionExplorer`: attention to look at, from weights alone or with its model."""

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course_lib.errors import CourseError
from course_lib.viz.explorer import bundle, choice, patterns, still, wire
from course_lib.viz.explorer.answers import Answers
from course_lib.viz.explorer.cells import note_shown
from course_lib.viz.explorer.export import html_file, written_whole
from course_lib.viz.explorer.given import flags_of, tokens_of, weights_of
from course_lib.viz.explorer.view_data import AttentionPart, Effects


class AttentionExplorer(anywidget.AnyWidget):
    """Attention weights as lines, matrix, thumbnails and token strip.

    Attributes:
        selection: what is looked at: part, view ("head", "layers", "matrix",
            "query-key", "tokens"), layer, head, token (None for none), side ("query"
            or "key": the column that the token stands in). Live both ways; assigning
            some entries keeps the others: `explorer.selection = {"layer": 3}`.
        settings: threshold, hide_special, hide_sinks, between ("all", "AA", "AB",
            "BA", "BB"), combine ("head", "mean", "max", "rollout"), sort. Live too.
        switched_off: heads that the effect panel switches off, [part, layer, head].
        effects: the model behind the weights, or None.
    """

    _esm = traitlets.Unicode(bundle.module()).tag(sync=True)
    _css = traitlets.Unicode(bundle.styles()).tag(sync=True)
    about = traitlets.Dict().tag(sync=True)
    selection = traitlets.Dict().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    switched_off = traitlets.List().tag(sync=True)

    def __init__(
        self,
        weights: Any,
        tokens: Sequence[str],
        key_tokens: Sequence[str] | None = None,
        *,
        segments: Sequence[int] | None = None,
        special: Sequence[bool] | None = None,
        name: str = "self",
    ) -> None:
        """Show bare weights.

        Args:
            weights: numpy or torch, (H, T_q, T_k), (L, H, T_q, T_k), or the tuple of
                (1, H, T_q, T_k) that Transformers gives.
            tokens: the T_q words.
            key_tokens: the T_k words where they are others, as in cross-attention.
            segments: 0 for tokens of sentence A, 1 for sentence B.
            special: True for tokens such as [CLS], which can then be hidden.
            name: what to call this attention.

        Raises:
            CourseError: the input is not attention; the message names the cure.
        """
        checked = weights_of(weights)
        words = tokens_of(tokens, checked.shape[-2])
        others = tokens_of(key_tokens or tokens, checked.shape[-1], "key")
        segments = flags_of(segments, len(words), "segments")
        special = flags_of(special, len(words), "special marks")
        part = AttentionPart(
            name=name,
            weights=checked,
            query_tokens=words,
            key_tokens=others,
            query_segments=segments,
            query_special=special,
        )
        self._open([part], None, ())

    @classmethod
    def of(
        cls,
        parts: Sequence[AttentionPart],
        effects: Effects | None = None,
        notes: Sequence[str] = (),
    ) -> "AttentionExplorer":
        """An explorer of what a model's reader found.

        Args:
            parts: at least one, with names of their own.
            effects: answers what switching heads off changes; None offers no effect.
            notes: sentences shown above the picture: what was done to the model.
        """
        made = cls.__new__(cls)
        made._open(list(parts), effects, notes)
        return made

    def _open(
        self,
        parts: list[AttentionPart],
        effects: Effects | None,
        notes: Sequence[str],
    ) -> None:
        if len({part.name for part in parts}) != len(parts) or not parts:
            raise CourseError(
                f"{len(parts)} parts named {[part.name for part in parts]}: hand over "
                "at least one, each with a name of its own."
            )
        self.effects = effects
        measured = [_measured(part) for part in parts]
        self._answers = Answers(measured, effects, self._tick)
        super().__init__(
            about={
                "parts": [wire.about(part) for part in self.parts],
                "can": sorted(effects.can) if effects else [],
                "notes": list(notes),
                "live": True,
            },
            selection=choice.first_selection(self.parts),
            settings=dict(choice.SETTINGS),
        )
        self.on_msg(self._asked)

    @traitlets.validate("selection")
    def _selection_exists(self, proposal: Any) -> dict[str, Any]:
        old = self.selection or choice.first_selection(self.parts)
        return choice.checked_selection(proposal.value, old, self.parts)

    @traitlets.validate("settings")
    def _settings_exist(self, proposal: Any) -> dict[str, Any]:
        return choice.checked_settings(proposal.value, self.settings)

    @traitlets.validate("switched_off")
    def _heads_exist(self, proposal: Any) -> list[list[Any]]:
        return choice.checked_heads(proposal.value, self.parts)

    @property
    def parts(self) -> list[AttentionPart]:
        """All that is shown."""
        return list(self._answers.parts.values())

    @property
    def part(self) -> AttentionPart:
        """The part that is looked at."""
        return self._answers.parts[self.selection["part"]]

    def to_html(
        self,
        path: str | Path,
        views: Sequence[str] = choice.VIEWS,
        layers: Sequence[int] | None = None,
    ) -> Path:
        """Write one file that works without Python and without a network.

        Args:
            path: where to; an existing file is replaced once the new one is whole.
            views: those to keep; the first stands open unless the present one is kept.
            layers: those to keep, None for all. What needs the model stays behind.

        Returns:
            The path.
        """
        return written_whole(path, html_file(self, views, layers))

    def to_svg(self, path: str | Path) -> Path:
        """Write the present view as a drawing that scales.

        Where heads are switched off, the model's answer stands below, before and after.
        """
        return written_whole(path, still.svg(self._figure()))

    def to_png(self, path: str | Path) -> Path:
        """Write the present view as a picture; with heads off, as `to_svg`."""
        return written_whole(path, still.picture(self._figure()))

    def _figure(self) -> Any:
        return self._answers.figure(self.selection, self.settings, self.switched_off)

    def _asked(self, _widget: Any, asked: Mapping[str, Any], _buffers: Any) -> None:
        """Answer under the question's number; a failure becomes a message."""
        mark = {"kind": asked.get("kind"), "request": asked.get("request")}
        self._asking = mark
        try:
            content, buffers = self._answers.to(asked)
        except Exception as error:  # the browser shows it; the kernel goes on
            says = str(error) if isinstance(error, CourseError) else repr(error)
            self.send({**mark, "failed": says})
        else:
            self.send({**mark, **content}, buffers)

    def _tick(self, done: int, of: int) -> None:
        self.send({**self._asking, "done": done, "of": of})

    def __repr__(self) -> str:
        parts = ", ".join(
            "{} {}×{} heads over {}×{} tokens".format(p.name, *p.weights.shape)
            for p in self.parts
        )
        return f"AttentionExplorer({parts})"

    # ipywidgets 7 would show the live view alone, without a still picture.
    _ipython_display_ = None

    def _live_view(self) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": view}

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict]:
        note_shown(self)
        usual = getattr(super(), "_repr_mimebundle_", None)
        # ipywidgets 7, as on Colab, has none.
        live, metadata = usual(**options) if usual else (self._live_view(), {})
        words = still.words(self.part, self.selection, self.settings)
        drawn = self._answers.figure(self.selection, self.settings)
        picture = still.small_picture(drawn)
        shown = {
            **live,
            "text/plain": f"{self!r}\n{words}",
            "image/png": base64.b64encode(picture).decode(),
        }
        return shown, {**metadata, "image/png": {"alt": words}}


def _measured(part: AttentionPart) -> AttentionPart:
    """The part with the figures and labels that it lacks."""
    figures = {**patterns.head_figures(part), **part.head_figures}
    labels = part.head_labels or patterns.head_labels(figures)
    return dataclasses.replace(part, head_figures=figures, head_labels=labels)
