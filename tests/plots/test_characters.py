"""Figures of the recognisers, read back from their artists."""

import dataclasses
import io
from statistics import fmean

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from kuzushi.configs import CharactersConfig
from kuzushi.experiments.characters import run
from kuzushi.kana import KANA
from kuzushi.plots.characters import (
    GAP,
    MOST_SAMPLED,
    draw_accuracy,
    draw_confusion,
    draw_loss,
    draw_sheet,
    figures,
)
from kuzushi.plots.classes import ROMAJI
from kuzushi.plots.pairs import COLOURS, pair_shares
from kuzushi.plots.style import new_figure
from kuzushi.results import EpochScore, TrainedSeed

BRUSH = {"data": "brush:200/50", "preset": "report", "epochs": 2}


@pytest.fixture(scope="module")
def lin():
    """NetLin from two seeds."""
    return run(CharactersConfig(net="lin", seeds=2, **BRUSH))


@pytest.fixture(scope="module")
def full():
    return run(CharactersConfig(net="full", hid=30, **BRUSH))


@pytest.fixture(scope="module")
def both(lin, full):
    """The figures of both nets, by name."""
    return drawn(lin, full)


@pytest.fixture
def ax():
    return new_figure(5, 5).subplots()


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def seed_of(*accuracies, seed=0):
    epochs = [
        EpochScore(epoch=i, train_loss=1 / i, test_loss=2 / i, test_accuracy=accuracy, seconds=float(i))
        for i, accuracy in enumerate(accuracies, start=1)
    ]
    return TrainedSeed(
        seed=seed, test_loss=0.0, test_correct=0, test_accuracy=accuracies[-1], confusion=(), epochs=tuple(epochs),
        seconds=0.0,
    )  # fmt: skip


def of_other_images(result, *, classes, **data):
    """The result as if it were of other classes, with as many rows of samples."""
    samples = np.resize(result.arrays["samples"], (len(classes), 12, 28, 28))
    matrix = tuple(tuple(3 if row == column else 0 for column in range(len(classes))) for row in range(len(classes)))
    return dataclasses.replace(
        result,
        data=dataclasses.replace(result.data, classes=classes, **data),
        seeds=tuple(dataclasses.replace(seed, confusion=matrix) for seed in result.seeds),
        gallery=(),
        arrays={"samples": samples, "confused": np.zeros((0, 12, 28, 28), np.uint8)},
    )


def tiles(image):
    """The images that a sheet was put together from, of shape (rows, columns, 28, 28), and their margins' sum."""
    sheet, size = np.asarray(image.get_array()), 28 + 2 * GAP
    rows, columns = sheet.shape[0] // size, sheet.shape[1] // size
    padded = sheet.reshape(rows, size, columns, size).swapaxes(1, 2)
    inner = padded[:, :, GAP:-GAP, GAP:-GAP]
    return inner, padded.sum(dtype=int) - inner.sum(dtype=int)


def is_kana(inset, label):
    strokes = [line.get_xydata()[::12] for line in inset.lines]
    outlines = KANA[label].strokes
    return [len(line) for line in strokes] == [len(line) for line in outlines] and all(
        map(np.allclose, strokes, outlines)
    )


# --- all figures ----------------------------------------------------------------------------------------------


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered(lin, full):
    figured = list(figures([lin, full]))
    assert [one.name for one in figured] == [
        "1-samples", "1-learning-curves",
        "1-confusion-lin", "1-gallery-lin", "2-confusion-full", "2-gallery-full", "1-pairs",
        "1-calibration",
    ]  # fmt: skip
    for one in figured:
        for words in (one.caption, one.alternative):
            assert words.endswith(".")
            assert "\n" not in words
        file = io.BytesIO()
        one.figure.savefig(file, format="png", dpi=60)
        assert file.getvalue().startswith(b"\x89PNG")


def test_no_figure_needs_a_font_with_kana(lin, full):
    others = of_other_images(full, classes=("亨", "é", "a rather long name"), name="pictures", sha256="other")
    for one in figures([lin, full, others]):
        letters = {letter for text in one.figure.findobj(Text) for letter in text.get_text()}
        assert {letter for letter in letters if not letter.isascii()} <= {"×", "…"}


def test_results_of_other_images_have_sheets_and_curves_of_their_own(lin, full):
    others = of_other_images(full, classes=("cat", "dog"), name="pictures", sha256="other")
    names = [one.name for one in figures([lin, others])]
    assert len(set(names)) == len(names)
    assert {"1-samples", "2-samples", "1-learning-curves", "2-learning-curves", "1-pairs"} <= set(names)
    assert "2-pairs" not in names, "a net without errors has no pairs"
    assert "2-gallery-full" not in names
    others_drawn = drawn(lin, others)
    assert "the largest: none." in others_drawn["2-confusion-full"].caption
    assert "pictures" in others_drawn["2-learning-curves"].caption
    assert "NetLin" not in others_drawn["2-learning-curves"].caption


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "kmnist", "verified": True}, "Images: kmnist, 200 for training and 50 for testing."),
        (
            {"name": "pictures", "verified": False},
            "Images: pictures, 200 for training and 50 for testing, not verified.",
        ),
        (
            {"name": "kmnist-mini"},
            "Images: kmnist-mini, 200 for training and 50 for testing out of the official test file; "
            "not comparable with results on all of it.",
        ),
        (
            {"name": "kmnist-mini", "verified": False},
            "Images: kmnist-mini, 200 for training and 50 for testing, not verified.",
        ),
    ],
)
def test_every_caption_says_which_images_and_the_official_ones_have_their_credit(lin, data, words):
    result = dataclasses.replace(lin, data=dataclasses.replace(lin.data, **data))
    for name, one in drawn(result).items():
        assert words in one.caption
        assert ("CC BY-SA 4.0" in one.caption) == (name == "1-samples" and result.data.verified)


# --- confusion ------------------------------------------------------------------------------------------------


def test_the_cells_of_the_matrix_hold_its_counts(both, lin):
    ax = both["1-confusion-lin"].figure.axes[0]
    cells = {text.get_position(): text.get_text() for text in ax.texts}
    matrix = lin.seeds[0].confusion
    assert cells == {(column, row): str(matrix[row][column]) for row in range(10) for column in range(10)}
    assert {text.get_position() for text in ax.texts if text.get_weight() == "bold"} == {(i, i) for i in range(10)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("read as", "target")


def test_errors_are_shaded_by_their_share_of_the_row_and_the_diagonal_is_not(both, lin):
    figure = both["1-confusion-lin"].figure
    (image,) = figure.axes[0].images
    matrix, shaded = np.array(lin.seeds[0].confusion), image.get_array()
    np.testing.assert_array_equal(np.ma.getmaskarray(shaded), np.eye(10, dtype=bool))
    off = ~np.eye(10, dtype=bool)
    np.testing.assert_allclose(shaded.data[off], (100 * matrix / matrix.sum(1, keepdims=True))[off])
    assert image.get_clim() == (0, shaded.max())
    assert figure.axes[1].get_ylabel() == "read wrongly, % of the row"


def test_the_same_count_is_darker_in_a_smaller_class(ax):
    draw_confusion(ax, np.array([[90, 10], [10, 10]]), ("a", "b"))
    assert ax.images[0].get_array().tolist() == [[None, 10], [50, None]]
    colours = {text.get_position(): text.get_color() for text in ax.texts}
    assert colours[0, 1] == "white"
    assert colours[1, 0] != "white"


def test_a_perfect_matrix_and_one_with_an_empty_class_are_drawn_too(ax):
    draw_confusion(ax, np.diag([4, 0, 3]), ("a", "b", "c"))
    assert ax.images[0].get_clim() == (0, 1)
    assert [text.get_text() for text in ax.texts] == ["4", "0", "0", "0", "0", "0", "0", "0", "3"]


@pytest.mark.parametrize(("classes", "counted", "named"), [(20, True, True), (21, False, True), (51, False, False)])
def test_many_classes_have_no_counts_and_very_many_no_names(ax, classes, counted, named):
    draw_confusion(ax, np.eye(classes, dtype=np.int64), tuple(f"c{i}" for i in range(classes)))
    assert len(ax.texts) == (classes**2 if counted else 0)
    assert len(ax.get_xticks()) == len(ax.get_yticks()) == (classes if named else 0)


def test_rows_and_columns_are_kana_drawn_as_lines(both):
    ax = both["1-confusion-lin"].figure.axes[0]
    assert len(ax.child_axes) == 20
    for label in range(10):
        assert sum(is_kana(inset, label) for inset in ax.child_axes) == 2
    assert tuple(label.get_text() for label in ax.get_xticklabels()) == ROMAJI


def test_the_words_of_the_matrix_are_its_numbers(both, lin):
    one, seed, worst = both["1-confusion-lin"], lin.seeds[0], lin.gallery[0]
    right = f"{100 * seed.test_accuracy:.1f} %"
    assert one.figure.axes[0].get_title() == f"NetLin: {right} right"
    assert f"{seed.test_correct} of 50 test images ({right})" in one.caption
    assert "(the first of 2 seeds)" in one.caption
    assert "seeds" not in both["2-confusion-full"].caption
    words = f"{KANA[worst.target].kana} {ROMAJI[worst.target]} read as {KANA[worst.predicted].kana}"
    assert f"{words} {ROMAJI[worst.predicted]} {worst.count} time" in one.caption
    for label, row in enumerate(seed.confusion):
        assert f"{KANA[label].kana} {ROMAJI[label]} {row[label]} of {sum(row)}" in one.alternative


# --- images ---------------------------------------------------------------------------------------------------


def test_the_gallery_shows_the_images_of_each_cell_with_its_count(both, lin):
    ax = both["1-gallery-lin"].figure.axes[0]
    shown, around = tiles(ax.images[0])
    np.testing.assert_array_equal(shown, lin.arrays["confused"][:, : lin.gallery[0].count])
    assert around == 0
    counts = {text.get_position()[1]: text.get_text() for text in ax.texts if text.get_weight() == "bold"}
    assert counts == {row: f"{cell.count} ×" for row, cell in enumerate(lin.gallery)}
    assert len(ax.child_axes) == 2 * len(lin.gallery)
    for row, cell in enumerate(lin.gallery):
        target, predicted = ax.child_axes[2 * row : 2 * row + 2]
        assert is_kana(target, cell.target)
        assert is_kana(predicted, cell.predicted)


def test_the_samples_show_the_training_images_of_each_class_with_its_code_point(both, lin):
    ax = both["1-samples"].figure.axes[0]
    shown, around = tiles(ax.images[0])
    assert shown.shape[:2] == (10, 12)
    np.testing.assert_array_equal(shown, lin.arrays["samples"][:, :12])
    assert around == 0
    named = {text.get_position()[1]: text.get_text() for text in ax.texts}
    assert named == {kana.label: f"{kana.romaji}\n{kana.codepoint}" for kana in KANA}
    assert all(is_kana(inset, label) for label, inset in enumerate(ax.child_axes))
    assert len(ax.child_axes) == 10


def test_of_many_classes_the_first_are_sampled_and_the_caption_says_so(full):
    classes = tuple(f"c{i}" for i in range(25))
    one = drawn(of_other_images(full, classes=classes))["1-samples"]
    assert tiles(one.figure.axes[0].images[0])[0].shape == (MOST_SAMPLED, 12, 28, 28)
    assert f"The first {MOST_SAMPLED} of 25 classes" in one.caption
    assert [text.get_text() for text in one.figure.axes[0].texts] == list(classes[:MOST_SAMPLED])


def test_a_sheet_is_dark_ink_on_white_with_each_image_around_its_place(ax):
    images = np.zeros((2, 3, 28, 28), np.uint8)
    images[1, 2] = 255
    draw_sheet(ax, images, margin=4)
    (image,) = ax.images
    assert (ax.get_xlim(), ax.get_ylim()) == ((-4.5, 2.5), (1.5, -0.5))
    assert to_hex(image.cmap(image.norm(0))) == "#ffffff"
    assert to_hex(image.cmap(image.norm(255))) == "#000000"
    left, right, bottom, top = image.get_extent()
    row, column = np.nonzero(image.get_array())
    height, width = image.get_array().shape
    middle = (row.mean() + 0.5) / height, (column.mean() + 0.5) / width
    assert (top + middle[0] * (bottom - top), left + middle[1] * (right - left)) == pytest.approx((1, 2))


# --- curves ---------------------------------------------------------------------------------------------------


def test_the_curves_are_those_of_the_result(both, lin, full):
    loss, accuracy = both["1-learning-curves"].figure.axes
    seeds = [(seed, colour) for net, colour in zip((lin, full), COLOURS, strict=False) for seed in net.seeds]
    for line, (seed, colour) in zip(accuracy.lines, seeds, strict=True):
        expected = [(score.epoch, 100 * score.test_accuracy) for score in seed.epochs]
        np.testing.assert_array_equal(line.get_xydata(), expected)
        assert line.get_color() == colour
    lines = [line for line in loss.lines if len(line.get_xdata())]
    for test, training, (seed, colour) in zip(lines[::2], lines[1::2], seeds, strict=True):
        np.testing.assert_array_equal(test.get_xydata(), [(score.epoch, score.test_loss) for score in seed.epochs])
        np.testing.assert_array_equal(training.get_xydata(), [(score.epoch, score.train_loss) for score in seed.epochs])
        assert (test.get_linestyle(), training.get_linestyle()) == ("-", "--")
        assert test.get_color() == training.get_color() == colour
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["test", "training"]
    assert loss.get_ylim()[0] == 0


def test_the_curves_end_with_the_mean_of_the_seeds_and_the_words_with_its_interval(both, lin, full):
    one = both["1-learning-curves"]
    ends = [text.get_text().strip() for text in one.figure.axes[1].texts]
    mean = 100 * fmean(seed.test_accuracy for seed in lin.seeds)
    assert ends == [f"NetLin {mean:.1f} %", f"NetFull {100 * full.seeds[0].test_accuracy:.1f} %"]
    rate = lin.summary.accuracy
    assert f"NetLin {100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})" in one.caption
    last = full.seeds[0].epochs[-1]
    assert (
        f"NetFull after epoch 2: training loss {last.train_loss:.3f}, test loss {last.test_loss:.3f}" in one.alternative
    )


def test_names_at_the_ends_of_close_curves_are_moved_apart(ax):
    nets = {name: [seed_of(0.1, end)] for name, end in (("a", 0.801), ("b", 0.8), ("c", 0.5), ("d", 0.802))}
    draw_accuracy(ax, nets)
    places = {text.get_text().split()[0]: text.get_position()[1] for text in ax.texts}
    low, high = ax.get_ylim()
    in_order = [places[name] for name in "cbad"]
    assert (np.diff(in_order) >= 0.05 * (high - low) - 1e-9).all()
    assert (places["c"], places["b"]) == pytest.approx((50, 80))


def test_one_epoch_is_drawn_as_points_and_told_once(lin):
    seeds = tuple(dataclasses.replace(seed, epochs=seed.epochs[:1]) for seed in lin.seeds)
    one = drawn(dataclasses.replace(lin, seeds=seeds))["1-learning-curves"]
    assert {line.get_marker() for line in one.figure.axes[1].lines} == {"."}
    assert one.alternative.count("after epoch 1") == 1


def test_more_nets_than_colours_are_all_drawn(ax):
    nets = {f"net {i}": [seed_of(0.1, 0.1 * i)] for i in range(len(COLOURS) + 1)}
    draw_loss(ax, nets)
    assert len(ax.lines) == 2 * len(nets) + 2


def test_a_net_that_comes_twice_is_told_apart_by_its_preset_and_place(lin, full):
    fast = dataclasses.replace(lin, config=dataclasses.replace(lin.config, preset="fast"))
    ends = drawn(lin, full, fast)["1-learning-curves"].figure.axes[1].texts
    assert [text.get_text().rsplit(maxsplit=2)[0].strip() for text in ends] == [
        "NetLin report (1)", "NetFull", "NetLin fast (3)",
    ]  # fmt: skip


# --- pairs ----------------------------------------------------------------------------------------------------


def test_the_bars_are_the_shares_and_each_row_names_its_pair(both, lin, full):
    one = both["1-pairs"]
    names, bars = one.figure.axes
    pairs = pair_shares([lin, full], top=8)
    for net, group in enumerate(bars.containers):
        assert [bar.get_width() for bar in group] == [pair.ours[net] for pair in pairs]
    for row, pair in enumerate(pairs):
        target, predicted = names.child_axes[2 * row : 2 * row + 2]
        assert is_kana(target, pair.target)
        assert is_kana(predicted, pair.predicted)
        words = [text.get_text() for text in names.texts if text.get_position()[1] == row]
        assert words == [ROMAJI[pair.target], "read as", ROMAJI[pair.predicted]]
        shares = f"NetLin {pair.ours[0]:.1f} %, NetFull {pair.ours[1]:.1f} %"
        assert f"read as {KANA[pair.predicted].kana} {ROMAJI[pair.predicted]}: {shares}" in one.alternative
    assert names.get_ylim() == bars.get_ylim()
    assert "published" not in one.alternative
    assert "Hatched" not in one.caption


def test_on_the_images_of_the_study_its_numbers_are_hatched_and_told(lin):
    official = dataclasses.replace(lin, data=dataclasses.replace(lin.data, name="kmnist", verified=True))
    one = drawn(official)["1-pairs"]
    ours, published = one.figure.axes[1].containers
    assert (ours.get_label(), published.get_label()) == ("NetLin", "NetLin, published")
    assert all(bar.get_hatch() for bar in published)
    pair = pair_shares([official], top=1)[0]
    assert f"NetLin {pair.ours[0]:.1f} %, NetLin published {pair.published[0]:.1f} %" in one.alternative
    assert "Hatched bars are what the study printed" in one.caption
    assert "from net to net" not in one.caption
