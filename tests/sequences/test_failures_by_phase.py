"""Failures by phase: nets by hand whose failures are known, and the experiment through the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from exact_counters import TRIPLES, double_counter
from kuzushi.core.results import Provenance
from kuzushi.core.statistics import wilson
from kuzushi.sequences.failures_by_phase import (
    ModelFailures,
    PhasesConfig,
    PhasesResult,
    draw_failures,
    failures,
    section,
    text,
)
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.nets import LSTM, SRN, from_weights

LANGUAGE = get_language("anb2nc3n")
MADE = Provenance(
    command="kuzushi phases", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="", device="cpu",
    threads=1,
)  # fmt: skip


def srn(*logits):
    """An SRN without memory: row k of `logits` is what it predicts after symbol k."""
    hidden = 3.0 * torch.eye(3)  # symbol k drives unit k
    return from_weights(
        SRN,
        {
            "weight_ih": hidden[None], "weight_hh": torch.zeros(1, 3, 3), "bias": torch.zeros(1, 3),
            "weight_out": torch.tensor(logits).T[None], "bias_out": torch.zeros(1, 3), "h_0": torch.zeros(1, 3),
        },
    )  # fmt: skip


REPEAT = srn([1.0, 0.9, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])  # predicts the last symbol again
ALWAYS_C = srn([0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0])
NEVER_ENDS_B = srn([1.0, 0.9, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.9])


@pytest.mark.parametrize(
    ("net", "expected"),
    [(REPEAT, (0, 5, 0)), (ALWAYS_C, (5, 0, 0)), (NEVER_ENDS_B, (0, 5, 0))],
)
def test_a_string_fails_in_the_phase_of_its_first_wrong_prediction(net, expected):
    found = failures("srn", net, LANGUAGE, longest=5)
    assert found.failures == expected
    assert (found.strings, found.right) == (5, 0)


def test_a_net_that_counts_by_hand_fails_nowhere_and_without_its_second_counter_at_the_end():
    exact = {name: torch.tensor(np.asarray(value))[None] for name, value in double_counter().items()}
    assert TRIPLES.ratios == (1, 2, 3)
    found = failures("lstm", from_weights(LSTM, exact), LANGUAGE, longest=6)
    assert (found.right, found.failures, found.right_interval) == (6, (0, 0, 0), wilson(6, 6))
    exact["weight_out"][:, 2, 1] = 0.0  # c is never predicted
    exact["bias_out"][:, 2] = -1000.0
    assert failures("lstm", from_weights(LSTM, exact), LANGUAGE, longest=6).failures == (0, 6, 0)


def test_strings_are_read_from_the_initial_state_of_the_net():
    # A flag in the state, kept for ever: without it the net never predicts b again after a b.
    weights = {name: value.clone() for name, value in REPEAT.weights().items()}
    wider = {
        "weight_ih": torch.cat([weights["weight_ih"], torch.zeros(1, 1, 3)], 1),
        "weight_hh": torch.diag(torch.tensor([0.0, 0.0, 0.0, 3.0]))[None], "bias": torch.zeros(1, 4),
        "weight_out": torch.cat([weights["weight_out"], torch.tensor([[[9.0], [0.0], [0.0]]])], 2),
        "bias_out": weights["bias_out"], "h_0": torch.zeros(1, 4),
    }  # fmt: skip
    assert failures("srn", from_weights(SRN, wider), LANGUAGE, longest=5).failures == (0, 5, 0)
    wider["h_0"] = torch.tensor([[0.0, 0.0, 0.0, 1.0]])
    assert failures("srn", from_weights(SRN, wider), LANGUAGE, longest=5).failures == (5, 0, 0), "it says a"


@pytest.fixture(scope="module")
def result():
    return PhasesResult(
        config=PhasesConfig(nets=2, test_length=4), data_sha256="0" * 64, phases=("b", "c", "end"),
        models=(
            ModelFailures(model="srn", strings=8, right=2, right_interval=wilson(2, 8), failures=(1, 0, 5)),
            ModelFailures(model="lstm", strings=8, right=8, right_interval=wilson(8, 8), failures=(0, 0, 0)),
        ),
        seconds=1.0, provenance=MADE,
    )  # fmt: skip


def test_the_bars_are_the_shares_of_right_strings_and_of_failures(result):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    draw_failures(ax, result)
    assert [[bar.get_width() for bar in bars] for bars in ax.containers] == [[25, 100], [12.5, 0], [0, 0], [62.5, 0]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "right", "fails at b", "fails at c", "fails at end",
    ]  # fmt: skip


def test_the_words_name_the_phase_of_most_failures_and_the_section_has_all(result):
    assert "SRNs 25.0 % (7.1 to 59.1) right; most failures at end, LSTMs 100.0 %" in text(result)
    shown = section([result])
    assert shown.tables[0].rows == (("SRN", "8", "2", "1", "0", "5"), ("LSTM", "8", "8", "0", "0", "0"))
    assert [drawn.name for drawn in shown.all_figures] == ["1-failures-by-phase"]


def test_the_command_runs_saves_resumes_and_shows_it_without_any_code_of_its_own(kuzushi):
    words = ("phases", "--nets", "2", "--updates", "4", "--test-length", "3", "--length", "3", "--out", "run")
    status, out, _ = kuzushi(*words, "--json")
    assert (status, json.loads(out)) == (0, json.loads(Path("run/result.json").read_bytes()))
    found = json.loads(out)
    assert [each["right"] + sum(each["failures"]) for each in found["models"]] == [6, 6]
    status, again, err = kuzushi(*words, "--resume")
    assert (status, "already finished" in err) == (0, True)
    assert kuzushi("runs", "show", "run")[1] == again
    assert kuzushi("report", "run", "-o", "page.html")[0] == 0
    assert '<section id="phases">' in Path("page.html").read_text(encoding="utf-8")
    status, _, err = kuzushi("phases", "--lang", "reber")
    assert (status, err) == (2, "kuzushi: --lang reber: has no phases; give a language that counts, such as anb2nc3n\n")
