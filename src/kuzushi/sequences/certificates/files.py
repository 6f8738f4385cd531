"""Read, write and check the certificates of a finished run."""

from pathlib import Path

import msgspec

from kuzushi.core.files import write_atomic
from kuzushi.core.result_files import json_object, read_json
from kuzushi.proofs.certificate import check, check_refutation
from kuzushi.proofs.certificate_format import CertifiedNet
from kuzushi.sequences.results import SequencesResult


def write_certified(folder: Path, certified: CertifiedNet) -> Path:
    """Write a certificate into the folder of its run; the file name contains the number of the net."""
    path = folder / f"certificate-{certified.net + 1}{'-snapped' if certified.snapped else ''}.json"
    write_atomic(path, json_object(msgspec.to_builtins(certified)))
    return path


def load_certified(folder: Path) -> list[tuple[Path, CertifiedNet]]:
    """Read the certificates of a run.

    Raises:
        RunError: if one is damaged.
    """
    return [(path, read_json(path, CertifiedNet)) for path in sorted(folder.glob("certificate-*.json"))]


def check_certified(certified_net: CertifiedNet, result: SequencesResult) -> None:
    """Check the certificates and the refutation of one net of a run against its weights.

    Raises:
        ProofError: naming what does not hold.
        ConfigError: if the run has no such net.
    """
    weights = result.weights_of(certified_net.net, snapped=certified_net.snapped)
    certification = certified_net.certification
    for certificate in certification.certificates:
        check(certificate, weights)
    if certification.refutation is not None:
        check_refutation(certification.refutation, weights)
