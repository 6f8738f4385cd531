"""The counting law: what it predicts from short strings, against what nets do on long ones."""

import numpy as np
import pytest
import torch
from torch import Generator

from counters import (
    ONE_SIDED,
    SECOND,
    SWINGING,
    TESTED,
    TRAINED,
    WITHOUT_ATTRACTOR,
    WITHOUT_SADDLE,
    copies,
    counters,
    srn,
)
from kuzushi.sequences.analyses import dynamics
from kuzushi.sequences.dynamics.counter import Counter
from kuzushi.sequences.dynamics.counting_law import Saddle, counting_laws
from kuzushi.sequences.dynamics.fixed_points import fixed_points, starts
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.score import Inputs, score
from lawful_counter import ATTRACTOR, LAMBDA_A, LAMBDA_B, SADDLE, lawful_counter

LANGUAGE = LANGUAGES["anb2n"]


def laws_of(model, *, tested=TESTED, every=1):
    """The law of each net with the first string that fails alone; fixed points are searched from some starts."""
    alone = score(model, Inputs(LANGUAGE, TRAINED, tested)).alone
    failures = [None if failure is None else failure.n for failure in alone]
    points = fixed_points(model, ("a", "b"), starts(model.bias.shape[1], generator=Generator())[::every])
    exact = [n is None or n > TRAINED for n in failures]
    return counting_laws(model, points, failures, exact, symbols=("a", "b"), ratio=2, trained=TRAINED, tested=tested)


@pytest.fixture(scope="module")
def laws():
    return laws_of(counters())


def test_the_first_failure_of_trained_nets_is_predicted(laws):
    assert [law.measured for law in laws] == [5, 6, 5, 5, 5, 5]
    assert [law.predicted for law in laws] == [5, 6, 5, 5, None, None]


@pytest.mark.parametrize("net", [SWINGING, SECOND])
def test_it_is_predicted_for_nearly_all_nets_with_slightly_other_weights(net):
    laws = laws_of(copies(net, nets=70, noise=0.003, seed=net), every=8)
    lawful = [law for law in laws if law.lacking is None and law.exact]
    measured = {law.measured for law in lawful}
    assert len(lawful) > 20
    assert {5, 6} <= measured, "one answer for all would not do"
    assert sum(law.predicted == law.measured for law in lawful) >= 0.95 * len(lawful)


def test_the_eigenvalues_are_those_of_the_fixed_points(laws):
    for law in laws[: ONE_SIDED + 1]:
        assert abs(law.contraction) < 1 < abs(law.expansion)
        assert law.product == pytest.approx(abs(law.contraction) * law.expansion**2)
    assert laws[SWINGING].contraction == pytest.approx(-0.671, abs=2e-3)
    assert laws[SWINGING].expansion == pytest.approx(-2.064, abs=2e-3)
    assert laws[ONE_SIDED].contraction > 0
    assert laws[ONE_SIDED].expansion > 0


def test_the_offset_from_the_saddle_shrinks_to_its_limit_as_strings_show():
    """Read with far more a's than trained, which the law itself never does."""
    model = counters()
    law = laws_of(model)[SWINGING]
    counter = Counter.of(model, SWINGING)
    points = fixed_points(model, ("a", "b"), starts(2, generator=Generator()))[SWINGING]
    saddle = Saddle.of(next(point for point in points if point.symbol == "b" and point.saddle), counter)
    h, offsets = counter.initial, []
    for _ in range(60):
        h = counter.image(0, h)
        near = h
        for _ in range(4):  # here the b's are nearest to the saddle after the fourth
            near = counter.image(1, near)
        offsets.append(saddle.across @ (near - saddle.point) / saddle.expansion**3)
    assert offsets[TRAINED - 1] == pytest.approx(law.offset, rel=0.05)
    assert offsets[-1] == pytest.approx(law.limit, rel=1e-6)
    ratios = np.diff(offsets)[20:30] / np.diff(offsets)[19:29]
    np.testing.assert_allclose(ratios, law.contraction, rtol=1e-3)


def test_b_maps_the_unstable_manifold_to_itself():
    model = counters()
    counter = Counter.of(model, SWINGING)
    points = fixed_points(model, ("a", "b"), starts(2, generator=Generator()))[SWINGING]
    saddle = Saddle.of(next(point for point in points if point.symbol == "b" and point.saddle), counter)
    offsets = np.array([0.3, -0.02, 1e-4])
    np.testing.assert_allclose(
        counter.image(1, saddle.leave(counter, offsets)), saddle.leave(counter, saddle.expansion * offsets), atol=1e-5
    )
    close = saddle.leave(counter, np.array([1e-4]))[0]
    assert saddle.across @ (close - saddle.point) == pytest.approx(1e-4, rel=1e-2)


def test_a_net_that_lacks_a_part_says_which_and_has_no_numbers(laws):
    assert laws[WITHOUT_SADDLE].lacking == "saddle"
    assert laws[WITHOUT_ATTRACTOR].lacking == "attractor"
    for law in (laws[WITHOUT_SADDLE], laws[WITHOUT_ATTRACTOR]):
        numbers = (law.contraction, law.expansion, law.product, law.limit, law.offset, law.predicted)
        assert numbers == (None,) * 6


def test_as_that_turn_around_their_attractor_have_no_law():
    # At a: slopes 0.5 and 1 give eigenvalues with x^2 - 0.75 x + 0.5 = 0; at b: 1 and 0.05, x^2 - 1.5 x + 0.05 = 0.
    model = srn([[[1.5, -1.0], [1.0, 0.0]]], [[[-0.179, 0.975], [-0.707, 2.18]]])
    points = fixed_points(model, ("a", "b"), starts(2, generator=Generator()))
    kinds = [(point.symbol, point.stable, point.saddle) for point in points[0] if point.period == 1]
    assert ("a", True, False) in kinds
    assert ("b", False, True) in kinds
    (law,) = counting_laws(model, points, [1], [False], symbols=("a", "b"), ratio=2, trained=TRAINED, tested=TESTED)
    assert (law.lacking, law.measured, law.product) == ("real eigenvalues", 1, None)


def test_no_failure_is_predicted_beyond_the_tested_length(laws):
    short = laws_of(counters(), tested=5)
    assert [law.predicted for law in short[:2]] == [5, None]
    assert [law.offset for law in short] == [law.offset for law in laws]


@pytest.mark.parametrize("deviation", [0.2, -0.05])
def test_the_offset_is_that_of_the_path_from_the_initial_state(deviation):
    """A net whose law is known in closed form, from two initial states."""
    model, trained = lawful_counter(deviation=deviation), 6
    points = fixed_points(model, ("a", "b"), starts(2, generator=Generator()))
    (law,) = counting_laws(model, points, [None], [True], symbols=("a", "b"), ratio=1, trained=trained, tested=trained)
    assert (law.contraction, law.expansion) == (pytest.approx(LAMBDA_A), pytest.approx(LAMBDA_B))
    assert law.product == pytest.approx(LAMBDA_A * LAMBDA_B)
    assert law.limit == pytest.approx(0, abs=1e-6), "the first b leads from the attractor to the saddle"
    states = model(torch.tensor([[0] * trained + [1]])).hidden[0, 0, :, 0].tolist()
    assert abs(law.offset) == pytest.approx(abs(states[-1] - SADDLE), rel=0.1)
    assert abs(law.offset) == pytest.approx(abs(LAMBDA_B * (states[-2] - ATTRACTOR)), rel=1e-3)


def test_the_law_is_compared_with_failures_from_the_initial_state_on_nets_that_are_exact_in_streams_too():
    alone, exact = (5, 7, 5, 5, 5, 5), (False, True, True, True, True, True)
    result = dynamics(
        counters(), LANGUAGE, net=1, exact=exact, first_failure=alone, trained=TRAINED, tested=TESTED,
        generator=Generator(),
    )  # fmt: skip
    assert [law.measured for law in result.laws] == [5, 7, 5, 5, 5, 5]
    assert [law.net for law in result.exact_nets] == [1, 2, 3, 4, 5]
    assert {way.net for way in result.ways} == {1, 2, 3, 4, 5}
