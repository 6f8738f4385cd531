"""Every name a set of images has."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kuzushi.data.sources import load
from kuzushi.errors import DataError


def test_brush_has_8000_and_2000_images_unless_the_sizes_are_given() -> None:
    data = load("brush:50/20", seed=1)
    assert (len(data.train_labels), len(data.test_labels)) == (50, 20)
    whole = load("brush", seed=1)
    assert (len(whole.train_labels), len(whole.test_labels)) == (8000, 2000)


def test_the_seed_chooses_the_images_of_brush() -> None:
    assert load("brush:50/20", seed=1).sha256 == load("brush:50/20", seed=1).sha256
    assert load("brush:50/20", seed=1).sha256 != load("brush:50/20", seed=2).sha256


def test_the_path_of_a_folder_is_read(tmp_path: Path) -> None:
    for name in ("a/1", "a/2", "b/1", "b/2"):
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.eye(28, dtype=np.uint8)).save(path)
    assert load(str(tmp_path), seed=0).classes == ("a", "b")


@pytest.mark.parametrize(
    "name", ["", "mnist", "brush:", "brush:5", "brush:-1/5", "brush:5/5/5", "no/such/folder", "x" * 5000, "a\0b"]
)
def test_an_unknown_name_is_answered_with_those_that_are_known(name: str) -> None:
    with pytest.raises(DataError, match="kmnist, kmnist-mini, k49, kkanji, brush, brush:TRAIN/TEST") as caught:
        load(name, seed=0)
    assert "\n" not in str(caught.value)
