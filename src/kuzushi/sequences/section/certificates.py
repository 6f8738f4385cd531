"""Can we be sure? Certificates and refutations of recurrent nets, and LSTMs snapped to exact ones."""

from collections.abc import Sequence

from kuzushi.core.sections import between
from kuzushi.proofs.certificate_format import (
    UNIT_ROUNDOFF,
    Certificate,
    Certification,
    CertifiedNet,
    Refutation,
    arithmetics_text,
)
from kuzushi.sequences.counter_results import Snapping
from kuzushi.sequences.results import SequencesResult


def paragraphs(result: SequencesResult) -> tuple[str, ...]:
    """Return the proofs about the best net, trained and snapped; nothing for a language that does not count."""
    if result.certification is None:
        return ()
    proved = _certification_text(result.certification, f"Net {result.shown.net + 1} as trained")
    return (proved,) if result.snapping is None else (proved, _snapping_text(result, result.snapping))


def certified_text(certified: CertifiedNet) -> str:
    """Return the proofs and the refutation of one net as text."""
    name = f"Net {certified.net + 1}{' snapped' if certified.snapped else ''}"
    return _certification_text(certified.certification, name)


def _certification_text(certification: Certification, name: str) -> str:
    text = f"{name}{_proofs_text(certification.certificates)}"
    if certification.refutation is not None:
        return f"{text} {_refutation_text(certification.refutation)}"
    if certification.proved("float32") == certification.limit:
        return text
    return f"{text} No stream of strings up to n = {certification.limit:,} is shown to fail."


def _proofs_text(certificates: Sequence[Certificate]) -> str:
    if not certificates:
        return ": no proof was found in exact arithmetic, float64 or float32."
    first, *others = certificates
    further = [
        f" In {arithmetics_text(proof.arithmetics)} it is proved up to n = {proof.longest:,}." for proof in others
    ]
    return f", proved: {first.statement}{''.join(further)}"


def _refutation_text(refutation: Refutation) -> str:
    *before, last = refutation.strings
    strings = "strings" if len(before) > 1 else "a string"
    after = f"after {strings} of n = {', '.join(map(str, before))} " if before else ""
    others = [arithmetic for arithmetic in UNIT_ROUNDOFF if arithmetic not in refutation.arithmetics]
    where = arithmetics_text(refutation.arithmetics) + (f", not shown for {arithmetics_text(others)}" if others else "")
    return (
        f"It fails in {where}: {after}in the string n = {last}, after symbol {refutation.position:,} only "
        f"{refutation.expected} may follow, and the net predicts {refutation.predicted}."
    )


def _snapping_text(result: SequencesResult, snapping: Snapping) -> str:
    distances = [net.distance for net in snapping.nets]
    if not distances:
        return "No net could be snapped to an exact one."
    scores = (
        "Snapped to exact nets, with gates driven to 0 or 1 and increments at their exact ratio, "
        f"{snapping.exact} of {snapping.tried} nets do not fail up to n = {snapping.tested_length:,}, "
        f"{between(snapping.exact_interval)}; as trained, {snapping.exact_before} do not. The weights changed by "
        f"{min(distances):.1f} to {max(distances):.1f} times their norm."
    )
    if snapping.certification is None:
        return scores
    return f"{scores} {_certification_text(snapping.certification, f'Net {result.shown.net + 1} snapped')}"
