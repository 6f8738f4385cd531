"""Kana in running text, drawn from their outlines: a page is read where no Japanese font is."""

from html import escape

from markupsafe import Markup

from kuzushi.kana import KANA, curve

USES = {
    ord(kana.kana): f'<svg class="kana" role="img" aria-label="{kana.kana}"><use href="#kana-{kana.label}"/></svg>'
    for kana in KANA
}


def symbols() -> Markup:
    """The ten kana as SVG symbols, to stand once on a page."""
    drawn = "".join(
        f'<symbol id="kana-{kana.label}" viewBox="0 0 100 100"><path d="{_path(kana.label)}"/></symbol>'
        for kana in KANA
    )
    return Markup(f'<svg width="0" height="0" aria-hidden="true">{drawn}</svg>')


def written(text: str) -> Markup:
    """Text for a page, in which each of the ten kana is a use of its symbol.

    Example: "は ha" -> '<svg class="kana" role="img" aria-label="は"><use href="#kana-5"/></svg> ha'
    """
    return Markup(escape(text).translate(USES))


def _path(label: int) -> str:
    lines = [curve(stroke, per_segment=6) for stroke in KANA[label].strokes]
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) for line in lines)
