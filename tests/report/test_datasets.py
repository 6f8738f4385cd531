"""What is said of the sets of images: one line each, with the way to get what is missing."""

from kuzushi.report.datasets import listing, verdicts
from kuzushi.results import DataFile, ImageSet


def file(name: str, state: str, *, reason: str = "", megabytes: float = 0) -> DataFile:
    place = None if state == "not here" else f"/data/{name}"
    return DataFile(name=name, place=place, state=state, reason=reason, megabytes=megabytes)


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


def test_a_listing_says_where_each_set_is_or_how_to_get_it() -> None:
    header, *lines = listing([PART, HERE, NONE]).splitlines()
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


def test_each_file_has_one_verdict_under_the_first_set_that_has_it() -> None:
    assert verdicts([PART, HERE]).splitlines() == [
        "kmnist: train.gz: not here",
        "kmnist: /data/images.gz: as published (the same file)",
        "kmnist-mini: /data/labels.gz: wrong (holds more)",
    ]


def test_where_there_is_nothing_to_verify_it_says_so() -> None:
    assert verdicts([NONE.here]) == "there is nothing to verify: no file of a published set is here"
