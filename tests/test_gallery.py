"""Every example of the gallery runs, saves its figure, and shows a fact that is known from elsewhere."""

import runpy
from pathlib import Path

import pytest

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"


@pytest.fixture
def example(tmp_path, monkeypatch, capsys):
    """Run an example with small sizes; return its result and its printed table, once the figure is checked."""
    monkeypatch.chdir(tmp_path)

    def run(name, **sizes):
        main = runpy.run_path(str(GALLERY / f"{name}.py"))["main"]
        result = main(tmp_path / "figure.png", **sizes)
        assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
        return result, capsys.readouterr().out

    return run


def test_two_units_never_learn_the_board_and_eight_mostly_do(example):
    """With two sigmoid units no weights are right on the nine points."""
    solved, table = example("success_against_width", widths=(2, 8), nets=16, epochs=1_000)
    assert solved[2] == 0
    assert solved[8] >= 8
    assert len(table.splitlines()) == 3


def test_the_units_needed_grow_as_the_gap_closes(example):
    """Four lines cut diagonals of cells; the edge of cells with gap 1 needs six; without a gap corners coincide."""
    bounds, table = example("the_gap_closes", gaps=(3, 1, 0))
    assert (bounds[3], bounds[1]) == ((4, 4), (6, 6))
    assert bounds[0][1] is None
    assert table.splitlines()[-1].endswith("no net is right")


def test_no_smaller_factor_is_right_than_intervals_prove(example):
    """The factor of the report's net by hand is the root of a polynomial near 1.98, and its margins prove 2 ln 7."""
    rows, table = example("scale_against_margin", boards=("xor", "board"))
    assert all(factor <= certified for *_, factor, certified in rows)
    assert any(
        name == "board" and margin == 0.5 and 1.97 < factor < 1.99 and certified == pytest.approx(3.8918, abs=1e-3)
        for name, margin, factor, certified in rows
    )
    assert len(table.splitlines()) == 1 + len(rows)


def test_one_hidden_unit_reads_fewer_characters_than_twenty(example):
    """A single unit gives ten classes one order only, so the narrowest net is not within a standard error."""
    accuracy, chosen = example("hidden_units_of_netfull", data="brush:200/50", widths=(1, 20), epochs=20)[0]
    assert accuracy[1] < accuracy[20]
    assert chosen == 20


def test_every_example_has_a_test():
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(f'example("{path.stem}"' in text for path in GALLERY.glob("*.py"))
