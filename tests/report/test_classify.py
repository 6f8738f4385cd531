"""Pictures as a net reads them, in words."""

from kuzushi.plots.classes import ROMAJI
from kuzushi.report.classify import text
from kuzushi.results import Classification, ClassProbability, ReadImage


def found(*probabilities, names=ROMAJI):
    classes = tuple(
        ClassProbability(label=label, name=names[label], probability=probability)
        for label, probability in probabilities
    )
    image = ReadImage(image="page.png", classes=classes)
    return Classification(run="runs/conv", net="conv", data="kmnist", classes=names, images=(image,))


def test_kana_and_romaji_stand_beside_their_probability():
    assert text(found((5, 0.931), (2, 0.0612))).splitlines() == [
        "NetConv of runs/conv, trained on kmnist: 10 classes",
        "page.png: は ha 93.1 %, す su 6.1 %",
    ]


def test_a_small_probability_is_called_doubtful_and_half_is_not():
    *_, warning = text(found((5, 0.49), (2, 0.4))).splitlines()
    assert warning.strip().startswith("doubtful: no class has half of the probability")
    assert "doubtful" not in text(found((5, 0.5), (2, 0.4)))


def test_other_classes_have_only_their_names():
    assert "page.png: upright 80.0 %" in text(found((1, 0.8), names=("level", "upright")))
