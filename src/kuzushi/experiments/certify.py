"""Certify: prove how far one net of a finished run counts, in every endless stream."""

from kuzushi.data.counting import Counting
from kuzushi.data.languages import named
from kuzushi.errors import ConfigError
from kuzushi.experiments.explained import certified
from kuzushi.proofs.runs import check_certified, weights_of
from kuzushi.results import SequencesResult
from kuzushi.results.certificates import CertifiedNet


def certify(result: SequencesResult, *, net: int | None, snapped: bool, longest: int) -> CertifiedNet:
    """Search for a certificate up to `longest`, and have it checked by code that did not find it.

    Args:
        net: its place in the ensemble; the shown one unless given.
        snapped: take the exact net that was made of it.

    Raises:
        ConfigError: if there is no such net, or nothing that can be proved of its language.
    """
    language = named(result.language)
    if not isinstance(language, Counting):
        raise ConfigError(f"{result.language}: certificates are for languages that count, such as anb2n or a1b2c3")
    place = result.shown.net if net is None else net
    of_net = weights_of(result, place, snapped=snapped)
    certification = certified(of_net, language, limit=longest, seed=result.config.seed)
    certified_net = CertifiedNet(net=place, snapped=snapped, certification=certification)
    check_certified(certified_net, result)
    return certified_net
