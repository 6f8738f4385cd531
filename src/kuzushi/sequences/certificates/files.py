"""Read, write and check the certificates of a finished run."""

from pathlib import Path

import msgspec

from kuzushi.core.errors import ConfigError
from kuzushi.core.files import write_whole
from kuzushi.core.result_files import json_object, read_json
from kuzushi.core.results import Arrays
from kuzushi.proofs.certificate import CertifiedNet
from kuzushi.proofs.streams import check, check_refutation
from kuzushi.sequences.results import SequencesResult


def write_certified(folder: Path, certified: CertifiedNet) -> Path:
    """Write a certificate into the folder of its run; the file name contains the number of the net."""
    path = folder / f"certificate-{certified.net + 1}{'-snapped' if certified.snapped else ''}.json"
    write_whole(path, json_object(msgspec.to_builtins(certified)))
    return path


def load_certified(folder: Path) -> list[tuple[Path, CertifiedNet]]:
    """Read the certificates of a run.

    Raises:
        RunError: if one is damaged.
    """
    return [(path, read_json(path, CertifiedNet)) for path in sorted(folder.glob("certificate-*.json"))]


def check_certified(certified_net: CertifiedNet, result: SequencesResult) -> None:
    """Check the certificate and the refutation of one net of a run against its weights.

    Raises:
        ProofError: naming what does not hold.
        ConfigError: if the run has no such net.
    """
    weights = weights_of(result, certified_net.net, snapped=certified_net.snapped)
    certification = certified_net.certification
    if certification.certificate is not None:
        check(certification.certificate, weights)
    if certification.refutation is not None:
        check_refutation(certification.refutation, weights)


def weights_of(result: SequencesResult, net: int, *, snapped: bool) -> Arrays:
    """Return the weights of one net, without the axis of nets.

    Args:
        net: its index in the ensemble, counted from 0.
        snapped: the exact net made of the trained one, instead of that itself.

    Raises:
        ConfigError: if the run has no such net.
    """
    if not 0 <= net < result.nets:
        raise ConfigError(f"--net {net + 1}: the run has nets 1 to {result.nets}")
    if not snapped:
        return result.weights_of(net)
    weights = result.snapped_weights_of(net)
    if weights is None:
        raise ConfigError(f"net {net + 1} was not snapped; give --as-trained")
    return weights
