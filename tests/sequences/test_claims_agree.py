"""Over a hundred trained nets, scores, certificates and refutations agree, or name different arithmetics."""

import pytest
import torch

import plain_nets
from kuzushi.core.journal import Silent
from kuzushi.sequences.certificates.prove import prove
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.nets import SRN
from kuzushi.sequences.score import Inputs, scores
from kuzushi.sequences.train import train

LONGEST = 5
ARITHMETICS = ("float32", "float64")


@pytest.fixture(scope="module")
def trained():
    """Return a hundred nets that are half trained, so that some fail and some are right."""
    config = SequencesConfig(lang="anb2n", nets=100, length=3, updates=500, seed=5)
    torch.set_num_threads(1)
    model, _ = train(config, get_language("anb2n"), device=torch.device("cpu"), journal=Silent())
    assert isinstance(model, SRN)
    return model


def test_scores_certificates_and_refutations_of_a_hundred_nets_agree(trained):
    language = get_language("anb2n")
    found = {score.arithmetic: score.first_failure for score in scores(trained, Inputs(language, LONGEST, LONGEST))}
    triples = [numbers for numbers in plain_nets.short_streams(3) if len(numbers) == 3]
    certified = refuted = 0
    for net in range(100):
        claims = prove(plain_nets.of(trained, net, arithmetic="float32"), language, limit=LONGEST, seed=0)
        for arithmetic in ARITHMETICS:
            weights = plain_nets.of(trained, net, arithmetic=arithmetic)
            first = found[arithmetic][net]
            if first is None or first > 3:
                assert not any(any(plain_nets.wrong(weights, language, numbers)) for numbers in triples), (
                    net,
                    arithmetic,
                )
            for certificate in claims.certificates:
                if arithmetic in certificate.arithmetics:
                    certified += 1
                    assert first is None or first > certificate.longest, (net, arithmetic)
            if claims.refutation is not None and arithmetic in claims.refutation.arithmetics:
                refuted += 1
                strings = claims.refutation.strings
                assert any(plain_nets.wrong(weights, language, strings)), (net, arithmetic)
                assert len(strings) > 3 or (first is not None and first <= max(strings)), (net, arithmetic)
    assert certified > 20 and refuted > 20
