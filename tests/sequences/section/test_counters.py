"""Counts of an LSTM as text: the numbers of the measurements, and the report's claims judged by them."""

from dataclasses import replace

import pytest

from counting_lstm import counting_lstm
from kuzushi.sequences.counter_results import Agreement, StringEnd
from kuzushi.sequences.counting.cell_counts import counts
from kuzushi.sequences.counting.extract_machine import extract
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.section.counters import claims_table, paragraphs

ABC = LANGUAGES["anb2nc3n"]


@pytest.fixture(scope="module")
def exact():
    model = counting_lstm(ABC.ratios)
    return counts(model, ABC, net=0, trained=3), extract(model, ABC, net=0, trained=3, tested=12)


@pytest.fixture(scope="module")
def failing():
    model = counting_lstm((1, 2), leak=0.2)
    language = LANGUAGES["anb2n"]
    return counts(model, language, net=0, trained=3), extract(model, language, net=0, trained=3, tested=12)


def verdicts(counted, extraction):
    return [row[-1] for row in claims_table(counted, extraction).rows]


def gates(counted, gate, value, *, where=lambda use: True):
    """Return the counts with one value of a gate, in all units."""

    def changed(use):
        if use.gate != gate or not where(use):
            return use
        all_units = (value,) * len(use.mean)
        return replace(use, mean=all_units, low=all_units, high=all_units)

    return replace(counted, gates=tuple(map(changed, counted.gates)))


def test_of_an_exact_counter_with_open_gates_two_claims_hold_and_one_in_part(exact):
    assert verdicts(*exact) == ["in part: not n, but a read and b to come and c to come", "yes", "yes"]


def test_a_forget_gate_that_is_half_shut_while_counting_is_not_open(exact):
    counted, extraction = exact
    assert verdicts(gates(counted, "forget", 0.5), extraction)[1] == "no"
    after = gates(counted, "forget", 0.0, where=lambda use: use.source == "end")
    assert verdicts(after, extraction)[1] == "yes"
    assert "b to come (unit 1): at least 1.000" in claims_table(after, extraction).rows[1][2]
    in_cs = gates(counted, "forget", 0.0, where=lambda use: use.symbol == "c")
    assert verdicts(in_cs, extraction)[1] == "in part: for 1 of 2 counts", "b's are no longer counted there"


@pytest.mark.parametrize(
    ("at_end", "after_next", "verdict"),
    [
        (0.4, 0.4, "yes"),
        (3, 0.4, "in part: not at the end, but after the first symbol of the next string"),
        (3, 3, "no"),
    ],
)
def test_the_cell_is_reset_if_it_is_nearer_than_half_a_count_to_its_start(exact, at_end, after_next, verdict):
    counted, extraction = exact
    end = StringEnd(count="b to come", at_end=at_end, after_next=after_next)
    assert verdicts(replace(counted, ends=(end,)), extraction)[2] == verdict


def test_a_cell_with_linear_n_remembers_it(exact):
    counted, extraction = exact
    n, *others = counted.directions
    holds = replace(counted, directions=(replace(n, r2_longer=0.995), *others))
    assert verdicts(holds, extraction)[0] == "yes"
    nothing = replace(counted, directions=tuple(replace(d, r2_longer=0.9) for d in counted.directions))
    assert verdicts(nothing, extraction)[0] == "no"


def test_the_paragraphs_have_the_linear_counts_and_how_far_machine_and_net_agree(exact):
    directions, machine = paragraphs(*exact)
    assert "Linear: a read (R² 1.000, error up to 0.00), b to come" in directions
    assert "Not linear: n (R² " in directions
    assert "up to n = 3: B is unit 1 (a +2.000, b -1.000); C is unit 2 (a +3.000, b +0.000, c -1.000)." in machine
    assert "agree after every prefix up to n = 12; in streams of two lengths up to 3 they agree." in machine
    assert machine.endswith("cut at n = 8, is the true one.")


def test_the_n_at_which_machine_and_net_differ_is_named(exact):
    counted, extraction = exact
    parted = replace(extraction, agreement=Agreement(tested=99, differ_at=41, in_streams=False))
    _, machine = paragraphs(counted, parted)
    assert "up to n = 40 and differ at 41; in streams" in machine
    assert "up to 3 they do not always agree." in machine


def test_without_a_machine_the_text_has_the_reason(failing):
    assert paragraphs(*failing)[1:] == ("No counter machine was found: the net already fails the string n = 2.",)


def test_every_row_of_the_claims_fits_its_header(exact, failing):
    for found in (exact, failing):
        table = claims_table(*found)
        assert {len(row) for row in table.rows} == {len(table.header)}
