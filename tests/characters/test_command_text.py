"""The text of the commands classify, export and data."""

from kuzushi.characters.command_text import classification_text, export_text, files_text, sets_text
from kuzushi.characters.figures.names import ROMAJI
from kuzushi.characters.results import Classification, ClassifiedImage, ClassProbability, DataFile, Exported, ImageSet


def classified(*probabilities, names=ROMAJI):
    classes = tuple(
        ClassProbability(label=label, name=names[label], probability=probability)
        for label, probability in probabilities
    )
    image = ClassifiedImage(image="page.png", classes=classes)
    return Classification(run="runs/conv", net="conv", data="kmnist", classes=names, images=(image,))


def test_kana_and_romaji_have_their_probability():
    assert classification_text(classified((5, 0.931), (2, 0.0612))).splitlines() == [
        "NetConv of runs/conv, trained on kmnist: 10 classes",
        "page.png: は ha 93.1 %, す su 6.1 %",
    ]


def test_a_probability_below_half_is_doubtful():
    *_, warning = classification_text(classified((5, 0.49), (2, 0.4))).splitlines()
    assert warning.strip().startswith("doubtful: every class is below 50 %")
    assert "doubtful" not in classification_text(classified((5, 0.5), (2, 0.4)))


def test_other_classes_have_only_their_names():
    assert "page.png: upright 80.0 %" in classification_text(classified((1, 0.8), names=("level", "upright")))


def test_an_exported_net_has_its_shapes_and_the_largest_difference() -> None:
    exported = Exported(
        file="net.onnx", run="runs/lin", net="lin", side=28, classes=ROMAJI, size=31_400, compared=564, difference=3e-7
    )
    assert export_text(exported).splitlines() == [
        "net.onnx: NetLin of runs/lin, 31,400 bytes",
        "input: images, uint8 of shape (batch, 28, 28), 0 for paper and 255 for ink, not scaled",
        "output: probabilities, float32 of shape (batch, 10); class names are in the file's metadata",
        "compared with the net on 564 images: largest difference 3.0e-07",
    ]


def file(name: str, state: str, *, reason: str = "", megabytes: float = 0) -> DataFile:
    path = None if state == "not here" else f"/data/{name}"
    return DataFile(name=name, path=path, state=state, reason=reason, megabytes=megabytes)


HERE = ImageSet(
    name="kmnist-mini",
    classes=10,
    images="8,000 + 2,000",
    files=(
        file("images.gz", "as published", reason="SHA-256 of the decoded array"),
        file("labels.gz", "wrong", reason="holds more"),
    ),
)
PART = ImageSet(
    name="kmnist",
    classes=10,
    images="60,000 + 10,000",
    files=(file("train.gz", "not here", megabytes=18.2), file("images.gz", "as published", reason="the same file")),
)
NONE = ImageSet(name="kkanji", classes=3832, images="140,424", files=(file("kkanji.tar", "not here", megabytes=310.0),))


def test_each_set_has_a_line_with_its_folder_or_how_to_get_it() -> None:
    header, *lines = sets_text([PART, HERE, NONE]).splitlines()
    assert header.split() == ["name", "classes", "images", "state", "where"]
    part, here, none, brush, *_ = (line.split("  ") for line in lines)
    assert [cell.strip() for cell in part if cell] == [
        "kmnist", "10", "60,000 + 10,000", "in part",
        "/data; without train.gz: kuzushi data fetch kmnist (18.2 MB)",
    ]  # fmt: skip
    assert [cell.strip() for cell in here if cell] == ["kmnist-mini", "10", "8,000 + 2,000", "wrong", "/data"]
    assert [cell.strip() for cell in none if cell] == [
        "kkanji", "3,832", "140,424", "not here", "kuzushi data fetch kkanji (310.0 MB)"
    ]  # fmt: skip
    assert brush[0].strip() == "brush"
    assert all(line == line.rstrip() for line in lines)


def test_each_file_has_one_line_under_the_first_set_that_has_it() -> None:
    assert files_text([PART, HERE]).splitlines() == [
        "kmnist: train.gz: not here",
        "kmnist: /data/images.gz: as published (the same file)",
        "kmnist-mini: /data/labels.gz: wrong (holds more)",
    ]


def test_without_files_there_is_nothing_to_verify() -> None:
    assert files_text([NONE.here]) == "there is nothing to verify: no file of a published set is here"
