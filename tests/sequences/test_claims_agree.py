"""Over a hundred trained nets, scores, certificates and refutations agree, or name different arithmetics."""

import numpy as np
import pytest
import torch

from kuzushi.core.journal import Silent
from kuzushi.sequences.certificates.prove import prove
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.nets import SRN
from kuzushi.sequences.score import Inputs, scores
from kuzushi.sequences.train import train

LONGEST = 5
DTYPES = {"float32": np.float32, "float64": np.float64}


def right_along(weights, streams, ratio, dtype):
    """Read streams of a^n b^kn with one SRN in a plain loop, and return whether it is right throughout each."""
    w = {name: weight.astype(dtype) for name, weight in weights.items()}
    outcomes = []
    for numbers in streams:
        h, right = w["h_0"], True
        for n in numbers:
            string = [0] * n + [1] * (ratio * n)
            for read, symbol in enumerate(string, start=1):
                h = np.tanh(w["weight_ih"][:, symbol] + w["weight_hh"] @ h + w["bias"])
                to_a, to_b = w["weight_out"] @ h + w["bias_out"]
                if read > n:
                    right &= bool(to_a > to_b) if read == len(string) else bool(to_b > to_a)
        outcomes.append(right)
    return outcomes


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
    triples = [(i, j, k) for i in range(1, 4) for j in range(1, 4) for k in range(1, 4)]
    certified = refuted = 0
    for net in range(100):
        weights = {name: weight[net].numpy() for name, weight in trained.weights().items()}
        claims = prove(weights, language, limit=LONGEST, seed=0)
        for arithmetic, dtype in DTYPES.items():
            first = found[arithmetic][net]
            if first is None or first > 3:
                assert all(right_along(weights, triples, 2, dtype)), (net, arithmetic)
            for certificate in claims.certificates:
                if arithmetic in certificate.arithmetics:
                    certified += 1
                    assert first is None or first > certificate.longest, (net, arithmetic)
            if claims.refutation is not None and arithmetic in claims.refutation.arithmetics:
                refuted += 1
                assert right_along(weights, [claims.refutation.strings], 2, dtype) == [False], (net, arithmetic)
                longest = max(claims.refutation.strings)
                assert len(claims.refutation.strings) > 3 or (first is not None and first <= longest), (net, arithmetic)
    assert certified > 20 and refuted > 20
