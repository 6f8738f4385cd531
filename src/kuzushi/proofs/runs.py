"""Checks what is claimed of a net of a finished run."""

from kuzushi.errors import ConfigError
from kuzushi.proofs.streams import check, check_refutation
from kuzushi.results import Arrays, SequencesResult
from kuzushi.results.certificates import CertifiedNet


def check_certified(certified_net: CertifiedNet, result: SequencesResult, weights: Arrays) -> None:
    """Check what is claimed of a net of a run.

    Raises:
        ProofError: naming what does not hold.
        ConfigError: if the run has no such net.
    """
    of_net = weights_of(result, weights, certified_net.net, snapped=certified_net.snapped)
    certification = certified_net.certification
    if certification.certificate is not None:
        check(certification.certificate, of_net)
    if certification.refutation is not None:
        check_refutation(certification.refutation, of_net)


def weights_of(result: SequencesResult, weights: Arrays, net: int, *, snapped: bool) -> Arrays:
    """The weights of one net, without an axis of nets."""
    if not 0 <= net < result.nets:
        raise ConfigError(f"--net {net + 1}: the run has nets 1 to {result.nets}")
    if not snapped:
        return {name: array[net] for name, array in weights.items() if not name.startswith("snapped.")}
    places = [] if result.snapping is None else [each.net for each in result.snapping.nets]
    if net not in places:
        raise ConfigError(f"net {net + 1} was not snapped; give --as-trained")
    place = places.index(net)
    return {
        name.removeprefix("snapped."): array[place] for name, array in weights.items() if name.startswith("snapped.")
    }
