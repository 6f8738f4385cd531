"""Prove how far one recurrent net counts, in every endless stream."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from kuzushi.core.errors import ConfigError
from kuzushi.core.results import Arrays
from kuzushi.proofs.certificate import check_refutation, in_float32
from kuzushi.proofs.certificate_format import Certification, CertifiedNet, Model, Pattern, Refutation, rounding_of
from kuzushi.proofs.enclose_strings import enclose
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.interval_net import Net
from kuzushi.sequences.certificates.files import check_certified
from kuzushi.sequences.certificates.search import EFFORT, certify
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.results import SequencesResult

LEAST_ROUNDING = {"float32": 2.0**-20, "float64": 2.0**-48}
"""What is proved for an arithmetic is proved for these relative errors, or for larger ones where a net needs them."""


def prove(weights: Arrays, language: Counting, *, limit: int, seed: int) -> Certification:
    """Return the n, up to `limit`, to which one net is proved right on every stream, and where it fails.

    What holds in float32 holds in float64 and in exact arithmetic too. So float32 is tried first, and float64 only for
    longer strings.
    """
    pattern = Pattern(symbols=language.symbols, ratios=language.ratios)
    hid = len(weights["h_0"])
    model: Model = "lstm" if len(weights["bias"]) == 4 * hid else "srn"
    arithmetics = ["float32", "float64"] if in_float32(weights) else ["float64"]
    roundings = [max(LEAST_ROUNDING[arithmetic], rounding_of(arithmetic, hid)) for arithmetic in arithmetics]
    found = certify(
        model, weights, pattern, limit=limit, generator=np.random.default_rng(seed),
        effort=max(EFFORT, 4 * sum(language.ratios) * limit * (limit + 1)),  # 8 times the strings up to the limit
        enclosures={
            rounding: partial(enclose, Net.of(model, weights, rounding=rounding), pattern) for rounding in roundings
        },
    )  # fmt: skip
    if found.refutation is None:
        return found
    return replace(found, refutation=_widest(found.refutation, weights, [*roundings, 0.0]))


def _widest(refutation: Refutation, weights: Arrays, roundings: Sequence[float]) -> Refutation | None:
    """Return the refutation with the first of some falling roundings for which it holds; None if it holds for none."""
    for rounding in roundings:
        claim = replace(refutation, rounding=rounding)
        try:
            check_refutation(claim, weights)
        except ProofError:
            continue
        return claim
    return None


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
