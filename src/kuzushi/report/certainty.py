"""Can we be sure? What is proved of recurrent nets, and what became of them when they were made exact."""

from collections.abc import Sequence

from kuzushi.report.sections import Table, between
from kuzushi.results import SequencesResult
from kuzushi.results.certificates import Certification, CertifiedNet, Refutation
from kuzushi.results.snapping import Snapped, Snapping

PROOF = (
    "Can we be sure? A test ends somewhere, and a stream can be endless. The proof: boxes of states are given, and "
    "intervals, rounded outward, enclose all that the net can do from a box with each string; if it is right all the "
    "way, and back in one of the boxes at the end, then it is right on every stream."
)
SNAP = (
    "An LSTM is also snapped, which makes another net of it: gates driven to 0 or 1 (the factor of ten of the "
    "checkerboard at work again), increments tuned to their exact ratio, links removed that this does not need, and "
    "the read-out fitted anew."
)
"""What the paragraphs take for granted, of all nets that count and of LSTMs."""


def paragraphs(result: SequencesResult) -> tuple[str, ...]:
    """What is proved of the shown net, as it was trained and snapped; nothing where no counts are the language."""
    if result.certification is None:
        return ()
    proved = _certified(result.certification, f"Net {result.shown.net + 1} as it was trained")
    if result.snapping is None:
        return (proved,)
    return (proved, *_snapped(result, result.snapping))


def certified_text(certified: CertifiedNet) -> str:
    """What was proved and refuted of one net, as a person reads it after a search or a check."""
    return _certified(certified.certification, f"Net {certified.net + 1}{' snapped' if certified.snapped else ''}")


def tables(result: SequencesResult) -> tuple[Table, ...]:
    """What was changed in the shown net, by counts and weight by weight."""
    snapping = result.snapping
    shown = None if snapping is None else _shown(result, snapping)
    return () if shown is None else (_readings(result, shown), _changes(shown))


def _certified(certification: Certification, who: str) -> str:
    """What is proved and what is refuted of one net, in sentences."""
    certificate, refutation = certification.certificate, certification.refutation
    proved = f"{who}: no proof was found." if certificate is None else f"{who}, proved: {certificate.statement}"
    if refutation is not None:
        return f"{proved} {_refuted(refutation)}"
    if certificate is not None and certificate.longest == certification.limit:
        return proved
    return f"{proved} No stream up to n = {certification.limit:,} was found on which it fails."


def _refuted(refutation: Refutation) -> str:
    *before, last = refutation.strings
    after = (
        f"after {'strings' if len(before) > 1 else 'a string'} of n = {', '.join(map(str, before))} " if before else ""
    )
    return (
        f"It fails {after}in the string n = {last}: after its symbol {refutation.position:,} only "
        f"{refutation.expected} may follow, and it says {refutation.said}."
    )


def _snapped(result: SequencesResult, snapping: Snapping) -> tuple[str, ...]:
    distances = sorted(net.distance for net in snapping.nets)
    if not distances:
        return ("No exact net was found near any of these nets.",)
    shown, certification = _shown(result, snapping), snapping.certification
    middle = distances[(len(distances) - 1) // 2]
    return (
        f"Snapped, and tested up to n = {snapping.tested_length:,}, {snapping.exact} of {snapping.tried} nets fail "
        f"nowhere, {between(snapping.exact_interval)}; as trained, "
        f"{snapping.exact_before} failed nowhere. The weights moved by {distances[0]:.1f} to {distances[-1]:.1f} times "
        f"their norm, in the middle {middle:.1f}: gates are closed by large weights."
        + ("" if certification is None else f" {_certified(certification, f'Net {result.shown.net + 1} snapped')}"),
        *(() if shown is None else (_in_words(shown),)),
    )


def _in_words(snapped: Snapped) -> str:
    ends = "; ".join(
        f"unit {reading.unit + 1} counts from {reading.since} on and is back when the last {reading.symbol} is read"
        for reading in snapped.readings
    )
    return (
        f"In net {snapped.net + 1}, {ends}. Of its {snapped.weights} weights {len(snapped.changes)} differ; "
        f"recurrent links that are gone: {snapped.removed}."
    )


def _shown(result: SequencesResult, snapping: Snapping) -> Snapped | None:
    return next((net for net in snapping.nets if net.net == result.shown.net), None)


def _readings(result: SequencesResult, snapped: Snapped) -> Table:
    steps = [f"one {symbol}, {which}" for which in ("trained", "exact") for symbol in result.symbols]
    return Table(
        title=f"Increments of net {snapped.net + 1} before and after",
        header=("end of", "unit", *steps),
        rows=tuple(
            (
                f"{reading.symbol}'s",
                str(reading.unit + 1),
                *(f"{value:+.4f}" for value in (*reading.before, *reading.increments)),
            )
            for reading in snapped.readings
        ),
        note="What one of each symbol adds to the cell that shows the end of a phase. On symbols that it does not "
        "count the cell is forgotten, and what is added then only sets where it starts from.",
    )


def _changes(snapped: Snapped) -> Table:
    return Table(
        title=f"Every weight of net {snapped.net + 1} that was changed",
        header=("weight", "trained", "exact"),
        rows=tuple(
            (f"{change.name} {_place(change.place)}", f"{change.before:.4f}", f"{change.after:.4f}")
            for change in snapped.changes
        ),
        note="Rows of the weights of gates: input, forget, candidate and output gate, each with one row a unit.",
        folded=True,
    )


def _place(place: Sequence[int]) -> str:
    return ", ".join(str(i + 1) for i in place)
