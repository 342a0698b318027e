"""Formulas as MathML, written at build time: browsers draw them without a script."""

from typing import Any

from latex2mathml.converter import convert
from sphinx.errors import SphinxError

NAME = "course-mathml"


def mathml(latex: str, block: bool = False) -> str:
    """A formula in LaTeX as a `<math>` element.

    Raises:
        SphinxError: it is no formula; the message holds it.
    """
    try:
        return convert(latex.strip(), display="block" if block else "inline")
    except Exception as error:  # the converter has a dozen kinds
        raise SphinxError(f"The formula {latex!r} can't be read: {error!r}") from error


def setup(app: Any) -> dict[str, bool]:
    """Let Sphinx write formulas this way where html_math_renderer is NAME."""
    app.add_html_math_renderer(NAME, (_inline, None), (_block, None))
    return {"parallel_read_safe": True}


def _inline(translator: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    translator.body.append(mathml(node.astext()))
    raise SkipNode


def _block(translator: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    formula = mathml(node.astext(), block=True)
    translator.body.append(f'<div class="course-formula">{formula}</div>\n')
    raise SkipNode
