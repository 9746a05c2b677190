"""Formulas as MathML, which browsers show by themselves: no script is loaded."""

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx


def _inline(translator: Any, node: nodes.Element) -> None:
    _append(translator, tex2mathml(node.astext()))


def _block(translator: Any, node: nodes.Element) -> None:
    _append(translator, tex2mathml(node.astext(), as_block=True))


def _append(translator: Any, mathml: str) -> None:
    # As an accent, the bar of a mean touches its letter where there is no font for mathematics.
    translator.body.append(mathml.replace('<mover accent="true">', "<mover>"))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
