"""The whole column: learning as in a plain torch loop, scoring, what is followed, and going on after a stop."""

import dataclasses
import hashlib
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

import plain_nets
from kuzushi.core.errors import ConfigError
from kuzushi.core.run_folder import RunFolder
from kuzushi.core.statistics import wilson
from kuzushi.core.training import Plan
from kuzushi.experiments import load
from kuzushi.sequences import analyses
from kuzushi.sequences import train as module
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.experiment import choose, run
from kuzushi.sequences.languages import LANGUAGES, get_language
from kuzushi.sequences.languages.counting import Counting, every_pair
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.nets import MODELS, from_weights, select
from kuzushi.sequences.recipes import plan
from kuzushi.sequences.score import Inputs, accuracy, score_one_by_one, scores
from kuzushi.sequences.score_results import earliest
from kuzushi.sequences.train import loss_of
from memory import Memory

SMALL = {"lang": "anb2n", "nets": 4, "length": 3, "test_length": 6, "updates": 80}
LAYER = {"srn": nn.RNN, "lstm": nn.LSTM}
REBER = re.compile(r"B(TS*(SE|XSE|XX(T*VPX)*T*V(V|PS)E)|P(T*VPX)*T*V(V|PS)E)")


@pytest.fixture(scope="module")
def journal():
    """What the run of `srn` reports."""
    return Memory()


@pytest.fixture(scope="module")
def srn(journal):
    return run(SequencesConfig(**SMALL), journal=journal)


@pytest.fixture(scope="module")
def lstm():
    return run(SequencesConfig(**SMALL, model="lstm", hid=3))


@pytest.fixture(scope="module")
def learned_start():
    """SRNs that have learned where to start."""
    return run(SequencesConfig(**SMALL, preset="report"))


@pytest.fixture(scope="module")
def learned():
    """LSTMs of which some count."""
    return run(SequencesConfig(lang="anbn", model="lstm", nets=4, length=2, test_length=8, updates=80))


@pytest.fixture(params=["srn", "lstm", "learned_start"])
def result(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def drawn(monkeypatch):
    """The streams that a run draws, one after the other."""
    kept, draw = [], Counting.draw

    def draw_and_keep(self, *args, **options):
        kept.append(draw(self, *args, **options))
        return kept[-1]

    monkeypatch.setattr(Counting, "draw", draw_and_keep)
    return kept


def plain(name, weights, net):
    """One net of an ensemble as torch's own layer and readout; of torch's two biases one is 0, and stays so.

    The state from which it starts is `start`.
    """
    own = {key: torch.from_numpy(np.asarray(weight[net])) for key, weight in weights.items()}
    alphabet, hid = own["weight_out"].shape
    layer, readout = LAYER[name](alphabet, hid, batch_first=True), nn.Linear(hid, alphabet)
    layer.load_state_dict({
        "weight_ih_l0": own["weight_ih"], "weight_hh_l0": own["weight_hh"],
        "bias_ih_l0": own["bias"], "bias_hh_l0": torch.zeros_like(own["bias"]),
    })  # fmt: skip
    layer.bias_hh_l0.requires_grad_(False)
    readout.load_state_dict({"weight": own["weight_out"], "bias": own["bias_out"]})
    return layer, readout


def start(name, weights, net):
    """The initial state of one net for torch's layer."""
    parts = tuple(torch.from_numpy(np.asarray(weights[part][net]))[None] for part in ("h_0", "c_0") if part in weights)
    return parts[0] if name == "srn" else parts


def started(config, symbols):
    """The ensemble before its first update; H0 is what the preset report learns of an SRN."""
    generator = torch.Generator().manual_seed(config.seed)
    model = MODELS[config.model](config.nets, alphabet=symbols, hid=config.hid, generator=generator)
    if (config.model, config.preset) == ("srn", "fast"):
        model.start_near_identity()
    if (config.model, config.preset) == ("srn", "report"):
        model.learn_initial_state(generator)
    own = {} if model.H0 is None else {"H0": model.H0.detach().clone().numpy()}
    return {name: weight.clone().numpy() for name, weight in model.weights().items()} | own


def one_hot(result, text):
    places = torch.tensor([result.symbols.index(symbol) for symbol in text])
    return torch.eye(len(result.symbols))[places]


def without_what_a_clock_says(result):
    return dataclasses.replace(result, seconds=0.0, arrays={}, weights={})


# --- learning -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "updates"), [("srn", 120), ("lstm", 80)])
def test_the_preset_report_learns_as_a_plain_torch_loop(drawn, model, updates):
    config = SequencesConfig(lang="anb2n", model=model, preset="report", nets=3, length=3, updates=updates, seed=3)
    result = run(config)
    weights, losses = started(config, 2), []
    assert len(drawn) == updates
    for net in range(3):
        layer, readout = plain(model, weights, net)
        parameters = [p for p in (*layer.parameters(), *readout.parameters()) if p.requires_grad]
        h_0 = nn.Parameter(torch.from_numpy(weights["H0"][net])) if model == "srn" else None
        optimiser = torch.optim.SGD([*parameters, *filter(lambda p: p is not None, [h_0])], lr=0.005, weight_decay=1e-4)
        losses.append([])
        for streams in drawn:
            assert len(streams.symbols) == 3, "each net reads a stream of its own"
            text = streams.symbols[net][streams.present[net]]
            hidden, _ = layer(torch.eye(2)[text], None if h_0 is None else h_0.tanh()[None])
            loss = cross_entropy(readout(hidden), torch.cat([text[1:], torch.zeros(1).long()]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses[net].append(loss.item())
        learned = {
            "weight_ih": layer.weight_ih_l0, "weight_hh": layer.weight_hh_l0, "bias": layer.bias_ih_l0,
            "weight_out": readout.weight, "bias_out": readout.bias,
            "h_0": torch.zeros(2) if h_0 is None else h_0.tanh(),
        }  # fmt: skip
        for name, weight in learned.items():
            np.testing.assert_allclose(result.weights[name][net], weight.detach().numpy(), rtol=0, atol=1e-5)
    of_span = np.array(losses).reshape(3, 20, -1).mean(2)
    np.testing.assert_allclose([score.loss for score in result.history], np.median(of_span, 0), rtol=0, atol=1e-5)
    assert [score.update for score in result.history] == list(range(updates // 20, updates + 1, updates // 20))


@pytest.mark.parametrize("preset", ["report", "fast"])
@pytest.mark.parametrize("model", ["srn", "lstm"])
def test_the_loss_is_torchs_cross_entropy_without_the_padding(drawn, model, preset):
    config = SequencesConfig(lang="anbncn", model=model, preset=preset, nets=3, length=4, updates=1, seed=5)
    result = run(config)
    (streams,) = drawn
    assert not streams.present.all()
    assert len(streams.symbols) == (3 if preset == "report" else 16)
    ends = streams.present & (streams.state == LANGUAGES["anbncn"].states(4).index("end"))
    assert (ends.sum(1) == 5).all()
    following = torch.cat([streams.symbols[:, 1:], torch.zeros(len(streams.symbols), 1).long()], 1)
    following[~streams.present] = -100
    losses = []
    for net in range(3):
        own = slice(net, net + 1) if preset == "report" else slice(None)
        weights = started(config, 3)
        layer, readout = plain(model, weights, net)
        batch = (len(streams.symbols[own]), config.hid)
        state = torch.from_numpy(weights["h_0"][net]).expand(1, *batch).contiguous()
        x = torch.eye(3)[streams.symbols[own]]
        logits = readout(layer(x, state if model == "srn" else (state, torch.zeros_like(state)))[0]).flatten(0, 1)
        surprise = cross_entropy(logits, following[own].flatten(), ignore_index=-100, reduction="none")
        free = 3.0 if preset == "fast" else 1.0  # what a symbol counts where several may follow
        weights = (free - (free - 1) * streams.determined.float()) * streams.present
        losses.append((surprise @ weights[own].flatten() / weights[own].sum()).item())
    assert result.history[0].loss == pytest.approx(sorted(losses)[1], abs=1e-6)


def test_with_a_reset_the_loss_is_over_single_strings_and_without_what_follows_their_end():
    config = SequencesConfig(lang="reber", nets=3, updates=1, seed=5)
    language = get_language("reber")
    streams, _ = module.batch_of(config, language, 0)
    texts = as_text(language, streams)
    assert len(texts) == 16 * 5
    assert all(text[0] == "B" and text.count("E") == 1 and text[-1] == "E" for text in texts)
    losses = []
    for net in range(3):
        layer, readout = plain("srn", started(config, 7), net)
        surprise, weights = [], []
        for text, places in zip(texts, streams.determined, strict=True):
            symbols = torch.tensor(["BTSXPVE".index(symbol) for symbol in text])
            found = readout(layer(torch.eye(7)[symbols])[0])[:-1]  # what follows E is not asked
            surprise.append(cross_entropy(found, symbols[1:], reduction="none"))
            weights.append(3.0 - 2.0 * places[: len(text) - 1].float())
        surprise, weights = torch.cat(surprise), torch.cat(weights)
        losses.append((surprise @ weights / weights.sum()).item())
    assert run(config).history[0].loss == pytest.approx(sorted(losses)[1], abs=1e-6)


@pytest.mark.parametrize(("preset", "model"), [("report", "lstm"), ("fast", "srn"), ("counting", "lstm")])
def test_only_the_srns_of_the_preset_report_learn_where_to_start(preset, model):
    result = run(SequencesConfig(preset=preset, model=model, nets=2, length=2, test_length=2, updates=2))
    assert not result.weights["h_0"].any()
    assert ("c_0" in result.weights) == (model == "lstm")
    assert model == "srn" or not result.weights["c_0"].any()


def test_the_srns_of_the_preset_report_each_start_from_a_state_of_their_own_that_moves_as_they_learn():
    config = SequencesConfig(**(SMALL | {"preset": "report", "updates": 40}))
    before, result = started(config, 2), run(config)
    h_0 = result.weights["h_0"]
    assert h_0.shape == (4, 2)
    assert (np.abs(h_0) > 1e-3).all()
    assert len({tuple(row) for row in h_0.tolist()}) == 4
    assert (h_0 != np.tanh(before["H0"])).all()
    assert "H0" not in result.weights


def counting(monkeypatch, **changes):
    """The preset counting, changed."""
    monkeypatch.setitem(module.PRESETS, "counting", dataclasses.replace(module.PRESETS["counting"], **changes))
    return SequencesConfig(lang="a1b2", model="lstm", preset="counting", nets=2, length=3, test_length=4, updates=20)


def linear_ramp(update):
    """How much there is of noise and shrinking in an update of 20."""
    return min(1, max(0, (update - 6) / 5))


def test_the_preset_counting_learns_as_a_plain_loop_with_the_worst_symbols_clipped_and_with_links_drawn_to_0(
    monkeypatch, drawn
):
    config = counting(monkeypatch, forget_noise=0.0)
    result, planned = run(config), plan(config)
    weights, losses = started(config, 2), []
    for net in range(2):
        layer, readout = plain("lstm", weights, net)
        parameters = [p for p in (*layer.parameters(), *readout.parameters()) if p.requires_grad]
        optimiser = torch.optim.Adam(parameters)
        losses.append([])
        for update, streams in enumerate(drawn):
            logits = readout(layer(torch.eye(2)[streams.symbols])[0])
            following = torch.cat([streams.symbols[:, 1:], torch.zeros(len(streams.symbols), 1).long()], 1)
            surprise = cross_entropy(logits.transpose(1, 2), following, reduction="none")
            loss = surprise[streams.present].mean()
            if linear_ramp(update) == 1:
                determined = zip(surprise, streams.determined, strict=True)
                loss = loss + torch.stack([row[asked].max() for row, asked in determined]).mean()
            optimiser.param_groups[0]["lr"] = rate = planned.learning_rate_at(update)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            with torch.no_grad():
                links = layer.weight_hh_l0
                links.copy_(links.sign() * (links.abs() - 0.2 * rate * linear_ramp(update)).clamp(min=0))
            losses[net].append(loss.item())
        learned = {
            "weight_ih": layer.weight_ih_l0, "weight_hh": layer.weight_hh_l0, "bias": layer.bias_ih_l0,
            "weight_out": readout.weight, "bias_out": readout.bias,
        }  # fmt: skip
        for name, weight in learned.items():
            np.testing.assert_allclose(result.weights[name][net], weight.detach().numpy(), rtol=0, atol=2e-4)
    assert len(drawn) == 20
    np.testing.assert_allclose([score.loss for score in result.history], np.min(losses, 0), rtol=0, atol=1e-4)


def test_gaussian_noise_rises_from_30_to_55_percent_of_the_training(monkeypatch):
    added = noises(monkeypatch, dataclasses.replace(counting(monkeypatch, forget_noise=3.0), nets=60))
    assert len(added) == 20
    assert all((noise is None) == (linear_ramp(update) == 0) for update, noise in enumerate(added))
    for update, noise in list(enumerate(added))[7:]:
        count, size = noise.numel(), 3 * linear_ramp(update)
        assert noise.mean().item() == pytest.approx(0, abs=4 * size / count**0.5)
        assert noise.square().mean().item() == pytest.approx(size**2, abs=4 * size**2 * (2 / count) ** 0.5)
        assert noise.pow(4).mean().item() == pytest.approx(3 * size**4, abs=4 * size**4 * (96 / count) ** 0.5)


def test_every_net_unit_stream_and_symbol_of_every_update_is_disturbed_on_its_own(monkeypatch):
    added = noises(monkeypatch, counting(monkeypatch))
    every = torch.cat([noise.flatten() for noise in added if noise is not None])
    assert len(every.unique()) > 0.999 * len(every)  # of this many numbers of 24 bits some are the same


def noises(monkeypatch, config):
    """The noise of each update of a training."""
    seen = []

    def spy(*arguments, **options):
        seen.append(options["noise"])
        return loss_of(*arguments, **options)

    monkeypatch.setattr(module, "loss_of", spy)
    run(config)
    return seen


def test_only_the_preset_counting_has_noise_links_drawn_to_0_and_worst_symbols(monkeypatch):
    for options in ({}, {"model": "lstm"}, {"preset": "report"}):
        config = SequencesConfig(**options, nets=1, updates=2)
        assert plan(config).shrink == {}
        assert module.PRESETS[config.preset].weight_of_worst == 0.0
        assert set(noises(monkeypatch, config)) == {None}
    counts = plan(SequencesConfig(preset="counting", model="lstm"))
    assert (counts.updates, counts.shrink, counts.shrink_rises) == (14_000, {"weight_hh": 0.2}, (0.3, 0.55))


def test_every_update_has_streams_of_its_own_that_depend_on_the_seed(drawn):
    for seed in (0, 0, 1):
        run(SequencesConfig(nets=1, updates=3, seed=seed))
    texts = [streams.symbols.tolist() for streams in drawn]
    assert texts[:3] == texts[3:6]
    assert len({str(text) for text in texts[3:]}) == 6


def test_the_presets_train_as_the_study_did_and_fast():
    report = Plan(updates=100_000, evaluate_every=5_000, optimiser="sgd", learning_rate=0.005, weight_decay=1e-4)
    for model in LAYER:
        assert plan(SequencesConfig(preset="report", model=model)) == report
    srn, lstm = (plan(SequencesConfig(model=model)) for model in LAYER)
    assert (srn.updates, lstm.updates) == (3_000, 1_000)
    assert {(one.optimiser, one.one_cycle, one.clip) for one in (srn, lstm)} == {("adam", True, 1.0)}
    asked = plan(SequencesConfig(updates=90))
    assert (asked.updates, asked.evaluate_every, asked.learning_rate) == (90, 5, srn.learning_rate)


def test_an_lstm_learns_to_count_in_80_updates(learned):
    assert learned.history[-1].loss < learned.history[0].loss
    assert learned.solved > 0
    assert learned.exact[learned.shown.net]


def test_the_same_seed_gives_the_same_nets_and_another_seed_others():
    one, again, other = (run(SequencesConfig(nets=2, updates=3, seed=seed)) for seed in (0, 0, 1))
    for name, weights in one.weights.items():
        np.testing.assert_array_equal(again.weights[name], weights)
        assert not np.array_equal(other.weights[name], weights) or name == "h_0"
    assert without_what_a_clock_says(again) == without_what_a_clock_says(one)


# --- scoring --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("failures", "net"), [((3, 9, 9), 1), ((3, None, 40, None), 1), ((2,), 0), ((5, 4), 0)])
def test_the_net_that_goes_furthest_is_shown_and_of_several_the_first(failures, net):
    assert choose(failures) == net


def again(result, dtype=torch.float32):
    """The trained ensemble, made of the weights of the result."""
    weights = {name: torch.from_numpy(weight).to(dtype) for name, weight in result.weights.items() if "." not in name}
    return from_weights(MODELS[result.model], weights)


@pytest.mark.parametrize("options", [{}, {"model": "lstm", "hid": 3}, {"preset": "report"}, {"lang": "dyck1"}])
def test_the_weights_of_a_result_have_its_scores(options):
    config = SequencesConfig(**(SMALL | {"updates": 40} | options))
    result, inputs = run(config), Inputs(get_language(config.lang), 3, 6)
    assert scores(again(result), inputs) == result.scores
    shown = select(again(result), torch.tensor([result.shown.net]))
    assert score_one_by_one(shown, inputs) == result.shown.one_by_one
    assert accuracy(again(result), get_language(config.lang).alone(3)) == result.accuracy


def test_nets_are_scored_by_the_first_input_that_fails(result):
    trained, tested = result.trained_length, result.tested_length
    assert (trained, tested, result.nets, result.strict_length) == (3, 6, 4, 10)
    language, double = LANGUAGES["anb2n"], result.scores[1]
    for net in range(4):
        weights = plain_nets.of(again(result), net)
        alone = plain_nets.first_failure(weights, language, [(n,) for n in range(1, tested + 1)], later=False)
        assert (double.alone[net] and double.alone[net].n) == (alone and alone[0])
        streams = [*plain_nets.short_streams(trained), every_pair(trained)]
        stream = plain_nets.first_failure(weights, language, streams, later=True)
        if stream is not None:
            assert double.in_stream[net].n == stream[0]
        else:
            assert double.in_stream[net] is None or double.in_stream[net].n > trained


def test_scores_of_the_ensemble_follow_from_those_of_each_net(result):
    assert [each.arithmetic for each in result.scores] == ["float32", "float64"]
    shown, scored = result.shown, earliest(result.scores)
    known = {*shown.one_by_one.first_failure, scored[shown.net]}
    if result.certification.refutation is not None:
        known.add(max(result.certification.refutation.strings))
    for net, first in enumerate(result.first_failure):
        assert first == (min(known - {None}, default=None) if net == shown.net else scored[net])
    assert result.exact == tuple(first is None or first > 3 for first in result.first_failure)
    assert result.solved == sum(result.exact)
    assert result.solved_interval == wilson(result.solved, result.nets)
    in_training = [failure is None or failure > 3 for failure in result.scores[0].first_failure]
    assert result.history[-1].solved == sum(in_training) >= result.solved
    reached = [failure or 10**9 for failure in scored]
    assert reached[result.shown.net] == max(reached)
    assert result.failures_of(result.shown.net) == tuple(
        failure for failure in (part[result.shown.net] for part in (result.scores[0].alone, result.scores[0].in_stream))
        if failure is not None
    )  # fmt: skip
    for failure, share in zip(result.scores[0].alone, result.accuracy, strict=True):
        assert (share == 1) == (failure is None or failure.n > 3)


def certified(*strings):
    """A certification that refutes a net on a stream of these strings."""
    return SimpleNamespace(refutation=SimpleNamespace(strings=strings))


@pytest.mark.parametrize(("strings", "lost"), [((2, 1, 2), True), ((1, 1), True), ((2, 3, 1), False)])
def test_a_refutation_whose_strings_are_no_longer_than_those_trained_takes_exactness_from_the_shown_net(
    learned, strings, lost
):
    refuted, shown = dataclasses.replace(learned, certification=certified(*strings)), learned.shown.net
    assert refuted.exact == tuple(exact and not (lost and net == shown) for net, exact in enumerate(learned.exact))


def test_a_refuted_net_is_not_counted_as_solved(monkeypatch, learned):
    monkeypatch.setattr(analyses, "prove", lambda *_, **__: certified(2, 1, 2))
    refuted = run(learned.config)
    assert refuted.solved == sum(refuted.exact) == learned.solved - 1
    assert refuted.solved_interval == wilson(learned.solved - 1, 4)


def test_accuracy_is_over_the_strings_up_to_the_trained_length_and_longer_ones_are_tested_too():
    longer, shorter = (run(SequencesConfig(**(SMALL | {"model": "lstm", "test_length": length}))) for length in (20, 5))
    assert longer.tested_length == 20
    assert longer.accuracy == shorter.accuracy
    assert longer.never_stop == shorter.never_stop
    assert longer.history[-1].solved == shorter.history[-1].solved
    for far, near in zip(longer.first_failure, shorter.first_failure, strict=True):
        assert near is None or far == near


def test_a_net_that_never_stops_misses_one_symbol_of_each_string(srn):
    assert srn.never_stop == pytest.approx(1 - 3 / sum(2 * n for n in range(1, 4)))


# --- what is followed -----------------------------------------------------------------------------------------


def test_the_shown_net_walks_string_by_string_as_torchs_own_cell(result):
    weights = {name: weight[[result.shown.net]] for name, weight in result.weights.items()}
    layer, _ = plain(result.model, weights, 0)
    cell = {"srn": nn.RNNCell, "lstm": nn.LSTMCell}[result.model](2, result.hid)
    cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in layer.state_dict().items()})
    assert result.walk == tuple("a" * n + "b" * 2 * n for n in (1, 2, 3))
    for string, text in enumerate(result.walk):
        at = result.arrays["string"] == string
        parts = [torch.from_numpy(result.arrays[part]) for part in ("h_0", "c_0") if part in result.arrays]
        state = tuple(parts) if result.model == "lstm" else parts[0]
        for step, x in enumerate(one_hot(result, text)):
            before = state[0] if result.model == "lstm" else state
            with torch.no_grad():
                state = cell(x, state)
                drive = weights_times(cell, x, before)
            hidden = state[0] if result.model == "lstm" else state
            np.testing.assert_allclose(result.arrays["hidden"][at][step], hidden, atol=1e-6)
            if result.model == "lstm":
                np.testing.assert_allclose(result.arrays["cell"][at][step], state[1], atol=1e-6)
                i, f, _, o = drive.sigmoid().chunk(4)
                np.testing.assert_allclose(result.arrays["gates"][at][step], torch.stack([i, f, o]), atol=1e-6)


def weights_times(cell, x, hidden):
    return cell.weight_ih @ x + cell.bias_ih + cell.weight_hh @ hidden


def test_the_arrays_have_a_row_for_each_symbol_of_the_walk(result):
    symbols = len("".join(result.walk))
    shapes = {name: array.shape for name, array in result.arrays.items() if not name.startswith("portrait.")}
    of_lstm = {"c_0": (3,), "cell": (symbols, 3), "gates": (symbols, 3, 3)} if result.model == "lstm" else {}
    assert shapes == {
        "state": (symbols,),
        "string": (symbols,),
        "determined": (symbols,),
        "h_0": (result.hid,),
        "hidden": (symbols, result.hid),
        **of_lstm,
    }
    assert result.arrays["string"].tolist() == [i for i, text in enumerate(result.walk) for _ in text]
    names = [result.states[i] for i in result.arrays["state"]]
    assert names == [
        "a1", "1b", "end", "a1", "a2", "3b", "2b", "1b", "end",
        "a1", "a2", "a3", "5b", "4b", "3b", "2b", "1b", "end",
    ]  # fmt: skip


def test_the_steps_are_a_short_stream_with_where_it_is_and_what_may_follow(result):
    steps = result.shown.steps
    assert "".join(step.symbol for step in steps) == "aaabbbbbb" + "abb" + "aabbbb"
    assert [step.state for step in steps] == (
        ["a1", "a2", "a3", "5b", "4b", "3b", "2b", "1b", "end", "a1", "1b", "end", "a1", "a2", "3b", "2b", "1b", "end"]
    )
    for step in steps:
        assert step.legal == {"a": "ab", "e": "a"}.get(step.state[0], "b")
        assert step.determined == (len(step.legal) == 1)
        most = max(zip(step.probabilities, result.symbols, strict=True))[1]
        assert step.right == (not step.determined or most == step.legal)


def test_the_steps_are_those_of_the_shown_net_and_its_probabilities_sum_to_1(result):
    layer, readout = plain(result.model, result.weights, result.shown.net)
    begin = start(result.model, result.weights, result.shown.net)
    with torch.no_grad():
        hidden = layer(one_hot(result, [step.symbol for step in result.shown.steps]), begin)[0]
        probabilities = readout(hidden).softmax(-1)
    np.testing.assert_allclose([step.hidden for step in result.shown.steps], hidden, atol=1e-6)
    np.testing.assert_allclose([step.probabilities for step in result.shown.steps], probabilities, atol=1e-6)
    for step in result.shown.steps:
        assert sum(step.probabilities) == pytest.approx(1, abs=1e-6)


def test_the_first_string_of_the_stream_is_walked_alike_in_the_arrays(result):
    first = result.walk[2]
    walked = result.arrays["hidden"][result.arrays["string"] == 2]
    np.testing.assert_allclose([step.hidden for step in result.shown.steps[: len(first)]], walked, atol=1e-6)


def test_no_more_than_20_strings_are_walked_and_the_machine_is_cut_at_4():
    result = run(SequencesConfig(lang="anbn", nets=1, length=25, test_length=25, updates=1))
    assert result.walk == tuple("a" * n + "b" * n for n in range(1, 21))
    assert (result.machine.longest, len(result.machine.transitions)) == (4, 4 + 3 + 4)


def test_weights_have_an_axis_of_nets_and_the_shapes_of_torchs_layers(result):
    rows = 4 * result.hid if result.model == "lstm" else result.hid
    one = {
        "weight_ih": (rows, 2), "weight_hh": (rows, result.hid), "bias": (rows,),
        "weight_out": (2, result.hid), "bias_out": (2,), "h_0": (result.hid,),
    } | ({"c_0": (result.hid,)} if result.model == "lstm" else {})  # fmt: skip
    snapped = len(result.snapping.nets) if result.snapping else 0
    of_snapped = {f"snapped.{name}": (snapped, *shape) for name, shape in one.items()} if snapped else {}
    assert {name: weight.shape for name, weight in result.weights.items()} == {
        name: (4, *shape) for name, shape in one.items()
    } | of_snapped


def test_the_snapped_weights_are_the_trained_ones_with_the_changes_that_are_listed(lstm):
    assert lstm.snapping.tried == 4
    assert len(lstm.snapping.nets) == len(lstm.snapping.first_failure) > 0
    for place, changed in enumerate(lstm.snapping.nets):
        weights = {name: weight[changed.net].copy() for name, weight in lstm.weights.items() if "." not in name}
        for change in changed.changes:
            weights[change.name][change.index] = change.after
        for name, weight in weights.items():
            np.testing.assert_array_equal(lstm.weights[f"snapped.{name}"][place], weight)


def test_an_lstm_is_counted_and_certified_and_snapped_an_srn_is_followed_to_its_fixed_points(srn, lstm):
    found = ("dynamics", "counts", "counter_machine", "automata", "certification", "snapping")
    there = [{name for name in found if getattr(result, name) is not None} for result in (srn, lstm)]
    assert there == [{"dynamics", "certification"}, {"counts", "counter_machine", "certification", "snapping"}]
    assert {name for name in srn.arrays if name.startswith("portrait.")}
    assert srn.dynamics.arrays == {}
    for result in (srn, lstm):
        assert result.tested_length == 6
        assert result.certification.limit == 6
        if result.certification.refutation is not None:
            assert result.first_failure[result.shown.net] is not None


# --- the run --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "stop_at"),
    [({}, 1), ({"model": "lstm"}, 7), ({"preset": "report"}, 19), ({"lang": "reber"}, 3)],
)
def test_a_resumed_run_gives_the_same_result_bit_for_bit(options, stop_at):
    config = SequencesConfig(**(SMALL | {"updates": 20} | options))
    journal, unstopped_journal = Memory(stop_at), Memory()
    with pytest.raises(KeyboardInterrupt):
        run(config, journal=journal)
    resumed, unstopped = run(config, journal=journal), run(config, journal=unstopped_journal)
    for kind in ("weights", "arrays"):
        assert getattr(resumed, kind).keys() == getattr(unstopped, kind).keys()
        for name, array in getattr(unstopped, kind).items():
            np.testing.assert_array_equal(getattr(resumed, kind)[name], array)
    assert without_what_a_clock_says(resumed) == without_what_a_clock_says(unstopped)
    assert journal.seen == unstopped_journal.seen


def test_the_journal_records_the_run_and_every_evaluation(srn, journal):
    strings = hashlib.sha256(b"abb\naabbbb\naaabbbbbb").hexdigest()
    assert journal.begun == [(srn.config, srn.provenance, strings)]
    assert srn.data_sha256 == strings
    assert srn.provenance.command == "kuzushi sequences --length 3 --test-length 6 --nets 4 --updates 80"
    assert [(one.stage, one.done, one.total) for one in journal.seen] == [("train", i, 80) for i in range(4, 81, 4)]
    assert [one.metrics for one in journal.seen] == [
        {"loss": score.loss, "solved": score.solved} for score in srn.history
    ]


def test_a_result_is_read_back_from_its_run_folder(tmp_path):
    with RunFolder(tmp_path / "run") as folder:
        result = run(SequencesConfig(model="lstm", nets=2, updates=3), journal=folder)
        folder.finish(result)
    read = load(tmp_path / "run")
    assert dataclasses.replace(read, arrays={}, weights={}) == dataclasses.replace(result, arrays={}, weights={})
    assert read.arrays.keys() == result.arrays.keys()
    for name, array in result.arrays.items():
        np.testing.assert_array_equal(read.arrays[name], array)
        assert read.arrays[name].dtype == array.dtype


@pytest.mark.parametrize("lang", ["reber", "reber-embedded"])
def test_a_grammar_is_learned_too_and_scored_by_the_lengths_of_its_strings(lang):
    result = run(SequencesConfig(lang=lang, nets=2, updates=20, hid=3))
    assert result.symbols == tuple("BTSXPVE")
    assert result.machine.longest is None
    assert result.machine.states == result.states == LANGUAGES[lang].states(0)
    assert len(result.walk) == 20
    inner = [text if lang == "reber" else text[2:-2] for text in result.walk]
    assert all(REBER.fullmatch(text) for text in inner)
    if lang == "reber-embedded":
        assert all(text[1] == text[-2] for text in result.walk)
    assert result.trained_length == result.tested_length >= max(map(len, result.walk))
    assert all(5 <= failure <= result.tested_length for failure in result.first_failure)
    assert (result.reset, result.strict_length, [each.in_stream for each in result.scores]) == (
        True, 0, [(None, None)] * 2
    )  # fmt: skip
    *asked, last = result.shown.steps
    assert (last.symbol, last.state, last.legal, last.determined, last.right) == ("E", "end", "", False, True)
    assert all(1 <= len(step.legal) <= 2 for step in asked)
    for step in asked:
        legal = [p for p, symbol in zip(step.probabilities, result.symbols, strict=True) if symbol in step.legal]
        others = [p for p, symbol in zip(step.probabilities, result.symbols, strict=True) if symbol not in step.legal]
        assert step.right == (min(legal) > max(others))


def test_a_grammar_can_be_read_in_streams_without_reset():
    result = run(SequencesConfig(lang="reber", reset="no", nets=2, updates=20, hid=3))
    assert not result.reset
    assert result.provenance.command == "kuzushi sequences --lang reber --hid 3 --reset no --nets 2 --updates 20"
    *_, last = result.shown.steps
    assert (last.state, last.legal) == ("end", "B")
    for failure in (each for found in result.scores for each in found.in_stream):
        assert failure.n == max(failure.numbers)
        assert failure.text.count("E") in (len(failure.numbers) - 1, len(failure.numbers))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lang": "anb2n", "reset": "yes"}, "--reset: the strings of anb2n have no end mark: "),
        ({"lang": "anbm"}, "--lang anbm: unknown language; give one of reber, reber-embedded, anbn, anb2n, "),
        ({"device": "cuda"}, "--device cuda: no CUDA device was found"),
    ],
)
def test_an_unknown_language_and_a_missing_device_are_refused_before_a_folder_is_made(
    monkeypatch, tmp_path, options, message
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError) as caught, RunFolder(tmp_path / "run") as folder:
        run(SequencesConfig(**options), journal=folder)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()
