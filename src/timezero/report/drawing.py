"""One look for all pictures: canvas, colours, and SVG text that is the same every time."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias, cast

import numpy as np

from timezero.arrays import Floats
from timezero.report.numbers import MINUS

# The keyword arguments of matplotlib's methods have no types: its objects are Any here.
Axes: TypeAlias = Any
Canvas: TypeAlias = Any

BLUE: Final = "#0072B2"
VERMILLION: Final = "#D55E00"
BLACK: Final = "#000000"
GREY: Final = "#595959"
ARM_COLOUR: Final = {"reference": BLACK, "intervention": BLUE, "all": BLACK}
ARM_DASH: Final = {"reference": (0, (5, 2)), "intervention": "solid", "all": "solid"}

POINTS_PER_INCH: Final = 72.0
POINTS_PER_LETTER: Final = 6.3
LABEL_LINE: Final = 13.0
MOST_VERTICES: Final = 400
MOST_MARKS: Final = 150

_STYLE: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "timezero",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 10.0,
    "axes.labelsize": 10.0,
    "axes.titlesize": 10.5,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "text.parse_math": False,
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
}


@contextmanager
def house_style() -> Generator[None]:
    """Draw in the style of the reports, and leave other drawing of the program alone."""
    import matplotlib as mpl

    with cast("Any", mpl).rc_context(_STYLE):
        yield


def canvas(width: float, height: float) -> Canvas:
    """Return an empty canvas; sizes in points, in which text is ten points high."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH))
    FigureCanvasSVG(figure)
    return figure


def axes_at(figure: Canvas, left: float, bottom: float, *, right: float, top: float) -> Axes:
    """Return axes with margins in points on each side of the canvas."""
    width, height = (size * POINTS_PER_INCH for size in figure.get_size_inches())
    box = (
        left / width,
        bottom / height,
        (width - left - right) / width,
        (height - bottom - top) / height,
    )
    return figure.add_axes(box)


def as_svg(figure: Canvas, name: str) -> str:
    """Return the drawing as an SVG element to stand inside a page.

    Identifiers that are referred to carry the name, so that several drawings can share a page;
    the others are dropped. The element is hidden from assistive technology: the page gives it
    a role, a title and a description.
    """
    target = io.StringIO()
    with warnings.catch_warnings():
        # Text stays text: letters that are missing here are the reader's own.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    text = target.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|xlink:href="#|href="#)([^")]+)', text))

    def keep(match: re.Match[str]) -> str:
        return f' id="{name}-{match[1]}"' if match[1] in used else ""

    text = re.sub(r'\sid="([^"]+)"', keep, text)
    text = re.sub(r'(url\(#|xlink:href="#|\shref="#)', rf"\g<1>{name}-", text)
    text = re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", text, count=1)
    text = re.sub(r'height="[\d.]+pt"|width="[\d.]+pt"', "", text, count=2)
    text = text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return re.sub(r"\n\s*", "\n", text).strip()


def plain_tick(value: float, _: int = 0) -> str:
    """Print the number at a tick of an axis, with a real minus sign."""
    return f"{value:g}".replace("-", MINUS)


def percent_tick(value: float, _: int = 0) -> str:
    """Print a share at a tick of an axis as a percentage."""
    return f"{100.0 * value:g}%"


def wrapped(label: str, width: float) -> tuple[str, float]:
    """Return an axis label broken to fit a width in points, and the points its lines add."""
    lines = textwrap.wrap(label, int(width / POINTS_PER_LETTER)) or [""]
    return "\n".join(lines), LABEL_LINE * (len(lines) - 1)


def round_ticks(last: float, most: int = 6) -> Floats:
    """Return round times from 0 up to the last time drawn."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(nbins=most, steps=[1, 2, 3, 5, 6, 10]).tick_values(0.0, last)
    found = np.asarray(ticks, dtype=np.float64)
    return found[(found >= 0.0) & (found <= last * 1.0001)]
