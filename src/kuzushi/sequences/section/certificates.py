"""Can we be sure? Certificates and refutations of recurrent nets, and the changes that make an LSTM exact."""

from kuzushi.core.sections import Table, between, counted
from kuzushi.proofs.certificate import Certification, CertifiedNet, Refutation
from kuzushi.sequences.counter_results import Snapped, Snapping
from kuzushi.sequences.results import SequencesResult

PROOF_METHOD = (
    "Can we be sure? A test ends somewhere, a stream need not. A proof takes boxes of states and computes intervals, "
    "rounded outward, around everything that the net does from a box with each string. If it is right throughout and "
    "ends in one of the boxes, it is right on every stream."
)
SNAP_METHOD = (
    "An LSTM is also snapped to another, exact net: gates are driven to 0 or 1 by large weights, increments set to "
    "their exact ratio, superfluous links removed, and the read-out fitted again."
)


def paragraphs(result: SequencesResult) -> tuple[str, ...]:
    """Return the proofs about the best net, trained and snapped; nothing for a language that does not count."""
    if result.certification is None:
        return ()
    proved = _certification_text(result.certification, f"Net {result.shown.net + 1} as trained")
    if result.snapping is None:
        return (proved,)
    return (proved, *_snapping_paragraphs(result, result.snapping))


def certified_text(certified: CertifiedNet) -> str:
    """Return the proof and the refutation of one net as text."""
    name = f"Net {certified.net + 1}{' snapped' if certified.snapped else ''}"
    return _certification_text(certified.certification, name)


def tables(result: SequencesResult) -> tuple[Table, ...]:
    """Return the changed increments and weights of the best net."""
    best = None if result.snapping is None else _best(result, result.snapping)
    return () if best is None else (_increments_table(result, best), _changes_table(best))


def _certification_text(certification: Certification, name: str) -> str:
    certificate, refutation = certification.certificate, certification.refutation
    proved = f"{name}: no proof was found." if certificate is None else f"{name}, proved: {certificate.statement}"
    if refutation is not None:
        return f"{proved} {_refutation_text(refutation)}"
    if certificate is not None and certificate.longest == certification.limit:
        return proved
    return f"{proved} No failing stream was found up to n = {certification.limit:,}."


def _refutation_text(refutation: Refutation) -> str:
    *before, last = refutation.strings
    strings = "strings" if len(before) > 1 else "a string"
    after = f"after {strings} of n = {', '.join(map(str, before))} " if before else ""
    return (
        f"It fails {after}in the string n = {last}: after symbol {refutation.position:,} only {refutation.expected} "
        f"may follow, and the net predicts {refutation.said}."
    )


def _snapping_paragraphs(result: SequencesResult, snapping: Snapping) -> tuple[str, ...]:
    distances = sorted(net.distance for net in snapping.nets)
    if not distances:
        return ("No net could be snapped.",)
    best, certification = _best(result, snapping), snapping.certification
    proved = (
        "" if certification is None else f" {_certification_text(certification, f'Net {result.shown.net + 1} snapped')}"
    )
    scores = (
        f"Snapped, {snapping.exact} of {snapping.tried} nets do not fail up to n = {snapping.tested_length:,}, "
        f"{between(snapping.exact_interval)}; as trained, {snapping.exact_before} do not. The weights changed by "
        f"{distances[0]:.1f} to {distances[-1]:.1f} times their norm (median "
        f"{distances[(len(distances) - 1) // 2]:.1f})."
    )
    return (scores + proved, *(() if best is None else (_best_text(best),)))


def _best_text(snapped: Snapped) -> str:
    ends = "; ".join(
        f"unit {reading.unit + 1} counts from the first {reading.since} and is back at the last {reading.symbol}"
        for reading in snapped.readings
    )
    return (
        f"In net {snapped.net + 1}, {ends}. {len(snapped.changes)} of its {snapped.weights} weights changed; "
        f"{counted(snapped.removed, 'recurrent link')} removed."
    )


def _best(result: SequencesResult, snapping: Snapping) -> Snapped | None:
    return next((net for net in snapping.nets if net.net == result.shown.net), None)


def _increments_table(result: SequencesResult, snapped: Snapped) -> Table:
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
        note="The increment at each symbol of the cell that shows the end of a phase. At symbols that it does not "
        "count, the cell is reset, and the increment only sets where it starts.",
    )


def _changes_table(snapped: Snapped) -> Table:
    return Table(
        title=f"Changed weights of net {snapped.net + 1}",
        header=("weight", "trained", "exact"),
        rows=tuple(
            (
                f"{change.name} {', '.join(str(i + 1) for i in change.index)}",
                f"{change.before:.4f}",
                f"{change.after:.4f}",
            )
            for change in snapped.changes
        ),
        note="Rows of gate weights: input, forget, candidate and output gate, each with one row a unit.",
        folded=True,
    )
