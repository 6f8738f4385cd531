"""Embed scripts, figures and the ten kana in the page, so that it works offline."""

import base64
import io
import json
import re
from html import escape
from pathlib import Path

from markupsafe import Markup

from kuzushi.core.figure_style import Drawn
from kuzushi.core.kana import KANA, curve

MODULES = Path(__file__).parent / "templates" / "modules"
LARGE = 20_000
"""Bytes of an SVG image above which a bitmap is tried; it is smaller where there are many marks."""
DOTS_PER_INCH = 192
"""Of a bitmap: two dots for each pixel of the page."""
USES = {
    ord(kana.kana): f'<svg class="kana" role="img" aria-label="{kana.kana}"><use href="#kana-{kana.label}"/></svg>'
    for kana in KANA
}


def import_map() -> str:
    """Return the import map of the page: every module as a data address, under its path without suffix.

    Example: import_map() -> '{"imports": {"nets": "data:text/javascript;base64,...", "perceptrons/state": ...}}'
    """
    scripts = sorted(MODULES.rglob("*.js"))
    names = (path.relative_to(MODULES).with_suffix("").as_posix() for path in scripts)
    addresses = (_base64_address("text/javascript", path.read_bytes()) for path in scripts)
    return json.dumps({"imports": dict(zip(names, addresses, strict=True))})


def image(drawn: Drawn) -> Markup:
    """Return a figure as an <img> element: an SVG image, or a lossless bitmap where that is smaller.

    Example: image(drawn) -> '<img src="data:image/svg+xml,..." width="912" height="614" alt="...">'
    """
    address = _svg_address(drawn.svg())
    if len(address) > LARGE:
        address = min(address, _bitmap_address(drawn), key=len)
    width, height = (round(96 * inches) for inches in drawn.figure.get_size_inches())
    return Markup('<img src="{}" width="{}" height="{}" alt="{}">').format(
        Markup(address.replace("&", "&amp;")), width, height, drawn.alternative
    )


def kana_symbols() -> Markup:
    """Return the ten kana as SVG symbols, for the `use` elements of `with_kana`; no Japanese font is needed."""
    symbols = "".join(
        f'<symbol id="kana-{kana.label}" viewBox="0 0 100 100"><path d="{_kana_path(kana.label)}"/></symbol>'
        for kana in KANA
    )
    return Markup(f'<svg width="0" height="0" aria-hidden="true">{symbols}</svg>')


def with_kana(text: str) -> Markup:
    """Return a text for the page, in which each of the ten kana is a use of its symbol.

    Example: "は ha" -> '<svg class="kana" role="img" aria-label="は"><use href="#kana-5"/></svg> ha'
    """
    return Markup(escape(text).translate(USES))


def _svg_address(svg: bytes) -> str:
    """Return an SVG image as a data address in plain text, of which base64 would take a third more bytes.

    Comments, ids of groups and line breaks go; quotation marks become apostrophes, as the address stands between
    quotation marks.
    """
    text = re.sub(r'<!--.*?-->|(?<=base64,)\n|(?<=<g) id="[^"]*"', "", svg.decode(), flags=re.S)
    text = re.sub(r"\s*\n\s*", " ", text).replace("> <", "><")
    text = text.replace("'", "&apos;").replace('"', "'")
    return "data:image/svg+xml," + text.replace("%", "%25").replace("#", "%23")


def _bitmap_address(drawn: Drawn) -> str:
    file = io.BytesIO()
    options = {"lossless": True, "method": 1, "quality": 50}  # of the encoder: slower ones save nothing
    drawn.figure.savefig(file, format="webp", dpi=DOTS_PER_INCH, pil_kwargs=options)
    return _base64_address("image/webp", file.getvalue())


def _base64_address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64," + base64.b64encode(data).decode("ascii")


def _kana_path(label: int) -> str:
    lines = [curve(stroke, per_segment=6) for stroke in KANA[label].strokes]
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) for line in lines)
