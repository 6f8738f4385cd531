"""The result of a width search is written and read back field by field."""

import dataclasses

import msgspec
import numpy as np
import pytest

from kuzushi.configs import WidthSearchConfig
from kuzushi.results import DataSummary, Interval, Provenance, SearchedWidth, WidthScore, WidthSearchResult

SCORE = WidthScore(
    accuracy=Interval(0.75, 0.7, 0.8), spread=None, correct=(75,), loss=(0.5,), train_loss=(1 / 3,)
)  # fmt: skip
RESULT = WidthSearchResult(
    config=WidthSearchConfig(widest=10, seeds=1), validation=20, best=10, standard_error=0.1, chosen=10, seconds=1.5,
    data=DataSummary(name="brush", train=100, test=50, sha256="0", verified=True, classes=("a", "b")),
    widths=(SearchedWidth(hid=10, parameters=7872, validation=SCORE, test=dataclasses.replace(SCORE, spread=0.01)),),
    provenance=Provenance(
        command="kuzushi width-search", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="",
        device="cpu", threads=1,
    ),
)  # fmt: skip


def test_a_result_is_the_same_after_json():
    assert msgspec.json.decode(msgspec.json.encode(RESULT), type=WidthSearchResult) == RESULT
    assert (RESULT.subject, RESULT.schema) == ("width-search", 1)


def test_nothing_in_a_result_can_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RESULT.chosen = 20


def test_two_results_share_no_weights():
    other = dataclasses.replace(RESULT, weights={"fc1.bias": np.zeros(10)})
    assert RESULT.weights == {}
    assert list(other.weights) == ["fc1.bias"]
