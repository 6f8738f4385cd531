"""Checks what is claimed of a net of a finished run."""

from kuzushi.errors import ConfigError
from kuzushi.proofs.streams import check, check_refutation
from kuzushi.results import Arrays, SequencesResult
from kuzushi.results.certificates import CertifiedNet


def check_certified(certified_net: CertifiedNet, result: SequencesResult) -> None:
    """Check what is claimed of a net of a run.

    Raises:
        ProofError: naming what does not hold.
        ConfigError: if the run has no such net.
    """
    of_net = weights_of(result, certified_net.net, snapped=certified_net.snapped)
    certification = certified_net.certification
    if certification.certificate is not None:
        check(certification.certificate, of_net)
    if certification.refutation is not None:
        check_refutation(certification.refutation, of_net)


def weights_of(result: SequencesResult, net: int, *, snapped: bool) -> Arrays:
    """The weights of one net, without an axis of nets."""
    if not 0 <= net < result.nets:
        raise ConfigError(f"--net {net + 1}: the run has nets 1 to {result.nets}")
    if not snapped:
        return result.weights_of(net)
    weights = result.snapped_weights_of(net)
    if weights is None:
        raise ConfigError(f"net {net + 1} was not snapped; give --as-trained")
    return weights
