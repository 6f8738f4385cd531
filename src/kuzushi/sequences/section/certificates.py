"""Can we be sure? Certificates and refutations of recurrent nets, and LSTMs snapped to exact ones."""

from kuzushi.core.sections import between
from kuzushi.proofs.certificate_format import Certification, CertifiedNet, Refutation
from kuzushi.sequences.counter_results import Snapping
from kuzushi.sequences.results import SequencesResult


def paragraphs(result: SequencesResult) -> tuple[str, ...]:
    """Return the proofs about the best net, trained and snapped; nothing for a language that does not count."""
    if result.certification is None:
        return ()
    proved = _certification_text(result.certification, f"Net {result.shown.net + 1} as trained")
    return (proved,) if result.snapping is None else (proved, _snapping_text(result, result.snapping))


def certified_text(certified: CertifiedNet) -> str:
    """Return the proof and the refutation of one net as text."""
    name = f"Net {certified.net + 1}{' snapped' if certified.snapped else ''}"
    return _certification_text(certified.certification, name)


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
