"""Settings: every range is checked, and every config becomes the command line that repeats it."""

import dataclasses
import shlex

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.characters.configs import CharactersConfig, CompareConfig
from kuzushi.core.configs import command
from kuzushi.core.errors import ConfigError
from kuzushi.core.published import PUBLISHED
from kuzushi.experiments import EXPERIMENTS
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep.configs import SweepConfig

WORDS = st.text("abz09 ._-/:$'\"\\é亨", min_size=1).map(lambda text: "./" + text)
FACTORS = st.floats(1e-9, 1e9)
FROM_1, FROM_0 = st.integers(1, 10**9), st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (CharactersConfig, {"hid": 0}, "--hid 0: must be a whole number of at least 1"),
        (CharactersConfig, {"epochs": 0.0}, "--epochs 0: must be a number above 0"),
        (CharactersConfig, {"seeds": -3}, "--seeds -3: must be a whole number of at least 1"),
        (CharactersConfig, {"seed": -1}, "--seed -1: must be a whole number of at least 0"),
        (CheckerboardConfig, {"nets": 0}, "--nets 0: must be a whole number of at least 1"),
        (CheckerboardConfig, {"epochs": 0}, "--epochs 0: must be a whole number of at least 1"),
        (CheckerboardConfig, {"hid": 0}, "--hid 0: must be a whole number of at least 1"),
        (CheckerboardConfig, {"seed": -1}, "--seed -1: must be a whole number of at least 0"),
        (CheckerboardConfig, {"lr": 0.0}, "--lr 0: must be a number above 0"),
        (CheckerboardConfig, {"lr": float("inf")}, "--lr inf: must be a number above 0"),
        (CheckerboardConfig, {"lr": float("nan")}, "--lr nan: must be a number above 0"),
        (CheckerboardConfig, {"set_weights": "report", "scale": -2.0}, "--scale -2: must be a number above 0"),
        (
            CheckerboardConfig,
            {"act": "step"},
            "--act step: step units have no gradient to train by; give --set-weights, or train with --act sig",
        ),
        (
            CheckerboardConfig,
            {"scale": 10.0},
            "--scale 10: only loaded weights can be scaled; give --set-weights as well",
        ),
        (DesignConfig, {"time_limit": 0.0}, "--time-limit 0: must be a number above 0"),
        (DesignConfig, {"shown": 0}, "--shown 0: must be a whole number of at least 1"),
        (SequencesConfig, {"hid": 0}, "--hid 0: must be a whole number of at least 1"),
        (SequencesConfig, {"length": 0}, "--length 0: must be a whole number of at least 1"),
        (
            CharactersConfig,
            {"net": "lin", "hid": 30},
            "--hid 30: is of --net full, and lin has a size of its own; leave it out",
        ),
        (
            CheckerboardConfig,
            {"set_weights": "report", "lr": 0.5},
            "--lr 0.5: only affects training, and the weights are loaded; leave it out",
        ),
        (SequencesConfig, {"nets": 0}, "--nets 0: must be a whole number of at least 1"),
        (SequencesConfig, {"seed": -1}, "--seed -1: must be a whole number of at least 0"),
        (SequencesConfig, {"updates": 0}, "--updates 0: must be a whole number of at least 1"),
        (
            SequencesConfig,
            {"length": 8, "test_length": 7},
            "--test-length 7: must reach at least the training length, --length 8",
        ),
        (SequencesConfig, {"length": 101}, "--length 101: must be at most 100"),
        (SequencesConfig, {"test_length": 2_001}, "--test-length 2001: must be at most 2000"),
        (SequencesConfig, {"seed": 2**63}, "--seed 9223372036854775808: must be at most 9223372036854775807"),
    ],
)
def test_the_error_of_a_setting_names_what_was_received_and_what_was_expected(kind, options, message):
    with pytest.raises(ConfigError) as caught:
        kind(**options)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (CharactersConfig, {"net": "full", "hid": 1, "epochs": 5e-324, "seeds": 1, "seed": 0}),
        (CheckerboardConfig, {"hid": 1, "nets": 1, "epochs": 1, "lr": 5e-324}),
        (CheckerboardConfig, {"act": "step", "set_weights": "report", "scale": 5e-324}),
        (SequencesConfig, {"hid": 1, "length": 50, "test_length": 50, "nets": 1, "updates": 1}),
    ],
)
def test_the_ends_of_every_range_are_allowed(kind, options):
    config = kind(**options)
    assert {name: getattr(config, name) for name in options} == options


def test_the_recognisers_have_by_default_the_size_and_the_epochs_of_the_report():
    config = CharactersConfig()
    assert f"Linear(784,{config.hid})" in PUBLISHED.characters.nets["full"].layers
    assert config.passes == PUBLISHED.characters.epochs
    assert CharactersConfig(net="deep").passes > config.passes
    assert CharactersConfig(net="deep", epochs=3).passes == 3


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_no_setting_can_be_changed_afterwards(name):
    required = {"compare": {"runs": ("run",)}, "sweep": {"grid": "grid.toml"}}
    config = EXPERIMENTS[name].config(**required.get(name, {}))
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 1


def test_the_command_of_every_config_is_the_name_of_its_experiment():
    assert {name: experiment.config.subject for name, experiment in EXPERIMENTS.items()} == {
        name: name for name in EXPERIMENTS
    }


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (CharactersConfig(), "kuzushi characters"),
        (CheckerboardConfig(lr=float("0.1"), epochs=int("20000")), "kuzushi checkerboard"),
        (CharactersConfig(net="lin", seed=3), "kuzushi characters --net lin --seed 3"),
        (CharactersConfig(data="my images"), "kuzushi characters --data 'my images'"),
        (
            CheckerboardConfig(set_weights="report", scale=10.0),
            "kuzushi checkerboard --set-weights report --scale 10.0",
        ),
        (SequencesConfig(test_length=60), "kuzushi sequences --test-length 60"),
        (SweepConfig(grid="grid.toml"), "kuzushi sweep grid.toml"),
        (CharactersConfig(net="lin", validation=True), "kuzushi characters --net lin --validation"),
        (CompareConfig(runs=("runs/lin", "my runs/conv"), seed=3), "kuzushi compare runs/lin 'my runs/conv' --seed 3"),
    ],
)
def test_the_command_names_what_differs_from_the_defaults(config, words):
    assert command(config) == words


@given(
    st.one_of(
        st.builds(
            CharactersConfig, net=st.sampled_from(["lin", "conv", "deep"]), data=WORDS,
            preset=st.sampled_from(["report", "fast"]), epochs=FACTORS, seeds=FROM_1, seed=FROM_0,
            device=st.sampled_from(["auto", "cpu", "cuda"]),
        ),
        st.builds(
            CheckerboardConfig, act=st.sampled_from([None, "sig", "tanh", "step"]), hid=st.none() | FROM_1,
            set_weights=WORDS, scale=FACTORS, data=WORDS,
        ),
        st.builds(
            CheckerboardConfig, hid=st.none() | FROM_1, nets=FROM_1, data=WORDS, epochs=FROM_1, lr=FACTORS, seed=FROM_0,
        ),
        st.builds(CharactersConfig, net=st.just("full"), hid=FROM_1),
        st.builds(DesignConfig, data=WORDS, time_limit=FACTORS, shown=FROM_1),
        st.builds(
            SequencesConfig, lang=WORDS, model=st.sampled_from(["srn", "lstm"]), length=st.integers(1, 50),
            test_length=st.integers(50, 99), updates=st.none() | FROM_1, seed=FROM_0,
        ),
    )
)  # fmt: skip
def test_the_words_of_the_command_give_the_same_config_again(config):
    program, subject, *words = shlex.split(command(config))
    assert (program, subject) == ("kuzushi", config.subject)
    names = [word.removeprefix("--").replace("-", "_") for word in words[::2]]
    read = msgspec.convert(dict(zip(names, words[1::2], strict=True)), type=type(config), strict=False)
    assert read == config
