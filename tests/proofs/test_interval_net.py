"""States computed in decimal arithmetic of many digits, with and without rounding errors, lie in their enclosures."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from exact_counters import decimal_logits, decimal_step, initial, random_net, single_counter
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.interval_net import BOX, CENTRE, Net, States
from kuzushi.proofs.intervals import enclosing

SHAPES = [("srn", 3), ("lstm", 2)]


def box_of_states(model, hid, *, generator, size):
    """Return lower and upper ends, each (width,)."""
    width = hid * (2 if model == "lstm" else 1)
    lower = generator.uniform(-0.9, 0.8, width) * np.where(np.arange(width) < hid, 1, 3)
    return lower, lower + size * generator.uniform(0, 1, width)


def holds(enclosure, values):
    """Return whether (2, rows) encloses Decimals, exactly."""
    return all(
        Decimal(-float(low)) <= value <= Decimal(float(high))
        for low, high, value in zip(*enclosure, values, strict=True)
    )


@pytest.mark.parametrize("mean_value", [False, True])
@pytest.mark.parametrize("rounding", [0.0, 2.0**-12])
@pytest.mark.parametrize(("model", "hid"), SHAPES)
def test_every_state_of_a_box_stays_in_its_enclosure_at_every_step(model, hid, rounding, mean_value):
    generator = np.random.default_rng(hid)
    for _ in range(3):
        weights = random_net(model, hid=hid, alphabet=2, generator=generator)
        net = Net.of(model, weights, rounding=rounding)
        lower, upper = box_of_states(model, hid, generator=generator, size=0.1)
        states = States.starting(enclosing(lower, upper)[..., None], mean_value=mean_value)
        points = [lower, upper, *generator.uniform(lower, upper, (4, len(lower)))]
        exact = [[Decimal(float(x)) for x in point] for point in points]

        def error():
            return Decimal(rounding * generator.choice([-1.0, 1.0, generator.uniform(-1, 1)]))

        for symbol in generator.integers(0, 2, 8):
            states = net.step(int(symbol), states)
            excess = net.excess(0, states)
            with localcontext() as context:
                context.prec = 60
                exact = [decimal_step(model, weights, symbol, state, error) for state in exact]
                logits = [decimal_logits(weights, state, error) for state in exact]
            assert all(holds(states.values[:, :, BOX, 0], state) for state in exact)
            assert all(a - b <= Decimal(float(excess[0, 0])) for b, a in logits)


@pytest.mark.parametrize(("model", "hid"), SHAPES)
def test_the_centre_of_a_box_stays_in_a_close_enclosure(model, hid):
    generator = np.random.default_rng(5)
    weights = random_net(model, hid=hid, alphabet=2, generator=generator)
    net = Net.of(model, weights, rounding=0.0)
    lower, upper = np.full(net.width, 0.25), np.full(net.width, 0.5)
    states, exact = States.starting(enclosing(lower, upper)[..., None]), [Decimal("0.375")] * net.width
    for symbol in (0, 1, 1, 0, 1):
        states = net.step(symbol, states)
        with localcontext() as context:
            context.prec = 60
            exact = decimal_step(model, weights, symbol, exact)
        assert holds(states.values[:, :, CENTRE, 0], exact)
        assert (states.values[:, :, CENTRE].sum(0) < 1e-10).all()


@pytest.mark.parametrize(("model", "hid"), SHAPES)
def test_slopes_agree_with_finite_differences(model, hid):
    generator = np.random.default_rng(6)
    weights = random_net(model, hid=hid, alphabet=2, generator=generator)
    net = Net.of(model, weights, rounding=0.0)
    start = generator.uniform(-0.5, 0.5, net.width)
    states, step = States.starting(enclosing(start, start)[..., None]), Decimal("1e-25")
    exact = [Decimal(float(x)) for x in start]
    with localcontext() as context:
        context.prec = 70
        neighbours = [[x + step * (i == j) for i, x in enumerate(exact)] for j in range(net.width)]
    for symbol in (1, 0, 0, 1):
        states = net.step(symbol, states)
        with localcontext() as context:
            context.prec = 70
            exact = decimal_step(model, weights, symbol, exact)
            neighbours = [decimal_step(model, weights, symbol, state) for state in neighbours]
    for j, moved in enumerate(neighbours):
        slope = [float((a - b) / step) for a, b in zip(moved, exact, strict=True)]
        np.testing.assert_allclose(states.slopes[1, :, j, 0], slope, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(-states.slopes[0, :, j, 0], slope, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("model", "hid"), SHAPES)
def test_enclosures_without_slopes_hold_those_with_slopes(model, hid):
    generator = np.random.default_rng(8)
    net = Net.of(model, random_net(model, hid=hid, alphabet=2, generator=generator), rounding=0.0)
    box = enclosing(*box_of_states(model, hid, generator=generator, size=0.1))[..., None]
    plain, close = (States.starting(box, mean_value=mean_value) for mean_value in (False, True))
    for symbol in (0, 1, 1, 0):
        plain, close = net.step(symbol, plain), net.step(symbol, close)
        assert (close.values[:, :, BOX] <= plain.values[:, :, BOX]).all()
        assert (net.excess(0, close) <= net.excess(0, plain)).all()
    assert plain.slopes.size == 0


def test_slopes_keep_enclosures_from_wrapping():
    """A rotation by 45 degrees: plain intervals grow by 1.41 a step, slopes keep a small box small."""
    turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    weights = {
        "weight_ih": np.zeros((2, 2)), "weight_hh": turn, "bias": np.zeros(2),
        "weight_out": np.eye(2), "bias_out": np.zeros(2), "h_0": np.zeros(2),
    }  # fmt: skip
    net = Net.of("srn", weights, rounding=0.0)
    box = enclosing(np.full(2, -1e-3), np.full(2, 1e-3))[..., None]
    states, plain = States.starting(box), States.starting(box, mean_value=False)
    for _ in range(20):
        states, plain = net.step(0, states), net.step(0, plain)
    assert (states.values[1, :, BOX] < 2e-3).all()
    assert (plain.values[1, :, BOX] > 0.3).all()


def test_lanes_are_independent():
    generator = np.random.default_rng(7)
    net = Net.of("lstm", random_net("lstm", hid=2, alphabet=2, generator=generator), rounding=0.0)
    boxes = [enclosing(*box_of_states("lstm", 2, generator=generator, size=0.2))[..., None] for _ in range(3)]
    together = States.side_by_side([States.starting(box) for box in boxes])
    alone = [States.starting(box) for box in boxes]
    for symbol in (0, 1, 1):
        together, alone = net.step(symbol, together), [net.step(symbol, states) for states in alone]
    for lane, states in enumerate(alone):
        np.testing.assert_allclose(together.lanes(slice(lane, lane + 1)).values, states.values, atol=1e-12)
        np.testing.assert_allclose(together.slopes[..., lane], states.slopes[..., 0], atol=1e-12)


@pytest.mark.parametrize(("model", "hid"), SHAPES)
def test_the_initial_state_is_enclosed_exactly(model, hid):
    weights = random_net(model, hid=hid, alphabet=2, generator=np.random.default_rng(9))
    lower, upper = Net.of(model, weights, rounding=2.0**-20).initial
    assert (-lower == initial(weights)[:, None]).all()
    assert (upper == initial(weights)[:, None]).all()


def test_invalid_weights_are_refused():
    weights = single_counter()
    for changes, message in (
        ({"bias": weights["bias"][:3]}, "expected those of one lstm"),
        ({"weight_hh": weights["weight_hh"][None]}, "expected those of one lstm"),
        ({"weight_out": weights["weight_out"][:, 0]}, "expected those of one lstm"),
        ({"bias_out": np.array([0.0, np.nan])}, "infinite, nan or above"),
        ({"weight_ih": np.full((4, 2), np.inf)}, "infinite, nan or above"),
        ({"weight_ih": np.full((4, 2), 1e308)}, "infinite, nan or above"),
        ({"bias": weights["bias"].astype(np.complex64)}, "weights are complex64; expected real numbers"),
        ({"h_0": np.zeros(2)}, "expected those of one lstm"),
        ({"c_0": np.zeros((1, 1))}, "expected those of one lstm"),
        ({"h_0": np.array([np.nan])}, "infinite, nan or above"),
        ({"c_0": np.array([np.inf])}, "infinite, nan or above"),
        ({"h_0": np.array([-1.5])}, "h_0 is up to 1.5 in size; expected at most 1"),
    ):
        with pytest.raises(ProofError, match=message):
            Net.of("lstm", weights | changes, rounding=0.0)
    with pytest.raises(ProofError, match="expected those of one srn"):
        Net.of("srn", weights, rounding=0.0)
    for lacking in ("h_0", "c_0"):
        with pytest.raises(
            ProofError, match=f"the weights lack {lacking}; expected weight_ih, .*, h_0, c_0 of one lstm"
        ):
            Net.of("lstm", {name: weights[name] for name in weights if name != lacking}, rounding=0.0)


def test_an_initial_state_may_lie_at_the_ends_and_a_cell_anywhere():
    weights = single_counter() | {"h_0": np.array([-1.0]), "c_0": np.array([1e9])}
    assert Net.of("lstm", weights, rounding=0.0).initial[1, :, 0].tolist() == [-1.0, 1e9]


def test_a_cell_that_overflows_has_no_bound_instead_of_nan():
    """A cell that errs by a thousandth in each step in which it is kept, until it is kept or forgotten."""
    net = Net.of("lstm", single_counter(), rounding=2.0**-10)
    states = States.starting(enclosing(np.zeros((2, 1)), np.array([[0.0], [1.7e308]])), mean_value=False)
    with np.errstate(over="ignore"):
        for symbol in [1] * 60 + [0, 0]:
            states = net.step(symbol, states)
    assert states.values[1, 1, 0, 0] == np.inf
    assert np.abs(states.values[:, 0]).max() <= 1.01
