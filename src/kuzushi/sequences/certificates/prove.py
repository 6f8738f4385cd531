"""Prove how far one recurrent net counts, in every endless stream."""

from functools import partial
from typing import Literal

import numpy as np

from kuzushi.core.errors import ConfigError
from kuzushi.core.results import Arrays
from kuzushi.proofs.certificate_format import Certification, CertifiedNet, Pattern
from kuzushi.proofs.enclose_strings import enclose
from kuzushi.proofs.interval_net import Net
from kuzushi.sequences.certificates.files import check_certified
from kuzushi.sequences.certificates.search import EFFORT, certify
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.results import SequencesResult

ROUNDING = 2.0**-48
"""Certificates also hold in double precision: see `Certificate.statement`."""


def prove(weights: Arrays, language: Counting, *, limit: int, seed: int) -> Certification:
    """Return the n, up to `limit`, to which one net is proved right on every stream, and where it fails."""
    pattern = Pattern(symbols=language.symbols, ratios=language.ratios)
    model: Literal["srn", "lstm"] = "lstm" if len(weights["bias"]) == 4 * weights["weight_hh"].shape[1] else "srn"
    return certify(
        model, weights, pattern, limit=limit, rounding=ROUNDING, generator=np.random.default_rng(seed),
        effort=max(EFFORT, 2 * sum(language.ratios) * limit**2),  # of which half is for the limit itself, first
        enclose=partial(enclose, Net.of(model, weights, rounding=ROUNDING), pattern),
    )  # fmt: skip


def prove_run(result: SequencesResult, *, net: int | None, snapped: bool, longest: int) -> CertifiedNet:
    """Search for a certificate for one net of a finished run up to `longest`, and check it independently.

    Args:
        net: its index in the ensemble; the shown one unless given.

    Raises:
        ConfigError: if there is no such net, or nothing can be proved for its language.
    """
    language = get_language(result.language)
    if not isinstance(language, Counting):
        raise ConfigError(f"{result.language}: certificates are for languages that count, such as anb2n or a1b2c3")
    index = result.shown.net if net is None else net
    weights = result.weights_of(index, snapped=snapped)
    certification = prove(weights, language, limit=longest, seed=result.config.seed)
    certified_net = CertifiedNet(net=index, snapped=snapped, certification=certification)
    check_certified(certified_net, result)
    return certified_net
