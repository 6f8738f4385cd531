"""The width search against nets that a plain loop trains alone, and its choice against the rule worked out anew."""

import dataclasses
from math import sqrt

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from kuzushi import runs
from kuzushi.configs import CharactersConfig, WidthSearchConfig
from kuzushi.data.batches import scaled
from kuzushi.data.sources import load
from kuzushi.data.split import validation
from kuzushi.errors import DataError
from kuzushi.experiments import recognisers, width_search
from kuzushi.experiments.width_search import choose, run, train
from kuzushi.models.characters import build
from memory import Memory

CPU = torch.device("cpu")
SMALL = WidthSearchConfig(narrowest=2, widest=8, step=3, data="brush:400/200", epochs=3, seeds=2)
BATCH, RATE = 128, 0.006


@pytest.fixture(scope="module")
def images():
    return load(SMALL.data, seed=0)


@pytest.fixture(scope="module")
def small():
    return run(SMALL)


def untimed(result):
    """What a run must give again: all but the time it took."""
    weights = {name: array.tolist() for name, array in result.weights.items()}
    return dataclasses.replace(result, seconds=0.0, weights=weights)


def alone(images, hid, *, seed, epochs):
    """A net trained by torch's own Adam in a plain loop, with the mean loss of each epoch."""
    net = build(CharactersConfig(net="full", hid=hid), classes=len(images.classes), side=images.side, seed=seed)
    optimiser = torch.optim.Adam(net.parameters())
    pixels, labels = torch.from_numpy(images.train_images), torch.from_numpy(images.train_labels)
    update, means, per_epoch = 0, [], -(-len(labels) // BATCH)
    for epoch in range(epochs):
        losses = []
        for batch in torch.from_numpy(np.random.default_rng([0, epoch]).permutation(len(labels))).split(BATCH):
            part = update / (epochs * per_epoch)
            optimiser.param_groups[0]["lr"] = RATE * min(0.1 + 0.9 * part / 0.3, (1 - part) / 0.7)
            loss = F.cross_entropy(net(scaled(pixels[batch])), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            update += 1
        means.append(np.mean(losses))
    return net, means


def test_nets_side_by_side_learn_what_each_learns_alone_in_a_plain_loop(images):
    trained = train(SMALL, images, device=CPU, journal=runs.Silent(), stage="train")
    labels = torch.from_numpy(images.test_labels)
    nets = [(hid, seed) for hid in (2, 5, 8) for seed in (0, 1)]
    assert len(trained.loss) == len(nets)
    for place, (hid, seed) in enumerate(nets):
        net, means = alone(images, hid, seed=seed, epochs=3)
        assert [metrics["train_losses"][place] for metrics in trained.history.metrics] == pytest.approx(means, rel=1e-4)
        for name, tensor in net.state_dict().items():
            torch.testing.assert_close(trained.model.state_of(place)[name], tensor, rtol=1e-3, atol=1e-4)
        read = net(scaled(torch.from_numpy(images.test_images)))
        assert (trained.right[place] == (read.argmax(1) == labels)).double().mean() > 0.99
        assert trained.loss[place].item() == pytest.approx(F.nll_loss(read, labels).item(), rel=1e-3)


def test_one_net_of_the_first_seed_is_the_one_that_is_trained_by_the_recognisers(images):
    config = dataclasses.replace(SMALL, narrowest=8, widest=8, seeds=1)
    trained = train(config, images, device=CPU, journal=runs.Silent(), stage="train")
    theirs = recognisers.train(
        CharactersConfig(net="full", hid=8, epochs=3), images, 0, device=CPU, half=False, journal=runs.Silent()
    )
    for name, tensor in theirs.model.state_dict().items():
        torch.testing.assert_close(trained.model.state_of(0)[name], tensor, rtol=1e-3, atol=1e-4)
    losses = [metrics["train_loss"] for metrics in theirs.history.metrics]
    assert [metrics["train_loss"] for metrics in trained.history.metrics] == pytest.approx(losses, rel=1e-4)
    assert trained.loss.item() == pytest.approx(theirs.history.metrics[-1]["test_loss"], rel=1e-4)


def test_every_score_is_counted_from_the_nets_on_the_part_that_they_did_not_learn_from(small, images):
    divided = validation(images)
    assert (small.validation, len(divided.test_labels)) == (80, 80)
    for part, data in (("validation", divided), ("test", images)):
        trained = train(SMALL, data, device=CPU, journal=runs.Silent(), stage=part)
        for place, width in enumerate(small.widths):
            score, nets = getattr(width, part), slice(2 * place, 2 * place + 2)
            correct, n = trained.right[nets].sum(1).tolist(), len(data.test_labels)
            assert list(score.correct) == correct
            assert score.accuracy.mean == pytest.approx(sum(correct) / 2 / n)
            assert score.accuracy.low < score.accuracy.mean < score.accuracy.high
            assert score.spread == pytest.approx(np.std(correct, ddof=1) / n)
            assert list(score.loss) == trained.loss[nets].tolist()
            assert list(score.train_loss) == trained.history.metrics[-1]["train_losses"][nets]


def test_the_parameters_are_weights_and_biases_of_both_layers(small):
    assert [(width.hid, width.parameters) for width in small.widths] == [
        (hid, 784 * hid + hid + 10 * hid + 10) for hid in (2, 5, 8)
    ]


def test_the_weights_are_those_of_the_chosen_net_which_learned_from_all_training_images(small, images):
    net = build(CharactersConfig(net="full", hid=small.chosen), classes=10, side=28, seed=0)
    net.load_state_dict({name: torch.from_numpy(array) for name, array in small.weights.items()})
    read = recognisers.log_probabilities(net, torch.from_numpy(images.test_images)).argmax(1)
    (chosen,) = (width for width in small.widths if width.hid == small.chosen)
    assert int((read == torch.from_numpy(images.test_labels)).sum()) == chosen.test.correct[0]


def test_wide_nets_read_more_than_nets_of_one_unit():
    config = WidthSearchConfig(narrowest=1, widest=31, step=30, data="brush:1500/300", seeds=1, epochs=5)
    one, wide = run(config).widths
    for score in (one.validation, one.test):
        assert score.accuracy.mean < 0.4
    for score in (wide.validation, wide.test):
        assert score.accuracy.mean > 0.5
    assert (one.test.spread, wide.validation.spread) == (None, None)


# --- the choice -----------------------------------------------------------------------------------------------


def right(*counts, of, seeds=1):
    """Nets that read the first so many images right, the same for each seed."""
    return np.array([[np.arange(of) < count] * seeds for count in counts])


@pytest.mark.parametrize(
    ("counts", "chosen", "best"),
    [
        ((60, 85, 86, 90, 89), 3, 3),  # the standard error of 90 of 100 is 3
        ((60, 85, 88, 90, 90), 2, 3),
        ((87, 60, 70, 80, 90), 0, 4),
        ((60, 70, 80, 86, 90), 4, 4),
        ((0, 99, 100), 2, 2),  # of which the standard error is 0
        ((50,), 0, 0),
    ],
)
def test_the_narrowest_within_one_standard_error_of_the_best_is_chosen(counts, chosen, best):
    choice = choose(right(*counts, of=100))
    assert (choice.chosen, choice.best) == (chosen, best)


def test_the_standard_error_of_one_seed_is_that_of_a_rate():
    assert choose(right(10, 90, of=120)).standard_error == pytest.approx(sqrt(0.75 * 0.25 / 120))


def test_seeds_that_read_the_same_images_say_no_more_than_one():
    one, three = (choose(right(10, 90, of=120, seeds=seeds)) for seeds in (1, 3))
    assert three.standard_error == pytest.approx(one.standard_error)


def test_the_standard_error_is_how_far_the_best_mean_varies_from_one_draw_of_images_to_the_next():
    generator = np.random.default_rng(0)
    rates = generator.beta(2, 1, 400)  # of each image, to be read right
    found = generator.random((1, 5, 400)) < rates
    drawn = found[0][:, generator.integers(0, 400, (4000, 400))].mean((0, 2))
    assert choose(found).standard_error == pytest.approx(drawn.std(), rel=0.05)


def test_what_the_test_part_holds_does_not_change_the_choice(small, images, monkeypatch):
    shuffled = np.random.default_rng(0).permutation(images.test_labels)
    monkeypatch.setattr(width_search, "load", lambda name, seed: dataclasses.replace(images, test_labels=shuffled))
    other = run(SMALL)
    assert (other.chosen, other.best, other.standard_error) == (small.chosen, small.best, small.standard_error)
    assert [width.validation for width in other.widths] == [width.validation for width in small.widths]
    assert [width.test.correct for width in other.widths] != [width.test.correct for width in small.widths]


def test_the_choice_of_a_run_is_that_of_the_rule(small):
    accuracy = {width.hid: width.validation.accuracy.mean for width in small.widths}
    assert accuracy[small.best] == max(accuracy.values())
    within = [hid for hid, mean in accuracy.items() if mean >= accuracy[small.best] - small.standard_error]
    assert small.chosen == min(within)


# --- the run --------------------------------------------------------------------------------------------------


def test_the_result_carries_the_data_and_where_it_comes_from(small, images):
    assert (small.data.name, small.data.train, small.data.test) == ("brush", 400, 200)
    assert (small.data.sha256, small.data.classes, small.config) == (images.sha256, images.classes, SMALL)
    assert small.provenance.command == (
        "kuzushi width-search --narrowest 2 --widest 8 --step 3 --data brush:400/200 --epochs 3 --seeds 2"
    )


@pytest.mark.parametrize("stop_at", [1, 3, 4, 6])
def test_a_stopped_run_goes_on_to_the_same_result(small, stop_at):
    journal = Memory(stop_at)
    with pytest.raises(KeyboardInterrupt):
        run(SMALL, journal=journal)
    assert untimed(run(SMALL, journal=journal)) == untimed(small)
    assert [(seen.stage, seen.done) for seen in journal.seen] == [
        *(("validation", 3 * epoch) for epoch in (1, 2, 3)), *(("final", 4 * epoch) for epoch in (1, 2, 3)),
    ]  # fmt: skip


def test_another_seed_gives_other_nets(small):
    other = run(dataclasses.replace(SMALL, seed=5))
    assert [width.test.loss for width in other.widths] != [width.test.loss for width in small.widths]


def test_a_result_is_read_back_from_its_run_folder(tmp_path):
    with runs.RunFolder(tmp_path / "run") as folder:
        result = run(dataclasses.replace(SMALL, widest=2, epochs=1), journal=folder)
        folder.finish(result)
    read = runs.load(tmp_path / "run")
    assert dataclasses.replace(read, weights={}) == dataclasses.replace(result, weights={})
    np.testing.assert_array_equal(read.weights["fc1.bias"], result.weights["fc1.bias"])


def test_images_that_are_not_there_are_refused():
    with pytest.raises(DataError, match="no-images"):
        run(dataclasses.replace(SMALL, data="no-images"))
