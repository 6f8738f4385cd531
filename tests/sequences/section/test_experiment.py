"""Recurrent nets as text and on the page: the numbers of the result."""

import dataclasses
import re

import numpy as np
import pytest

from failing import failing_at
from kuzushi.core.figure_style import Drawn, new_figure
from kuzushi.core.sections import between
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.experiment import run
from kuzushi.sequences.section import automata, certificates, counters, dynamics, score
from kuzushi.sequences.section import experiment as sequences
from kuzushi.sequences.section.experiment import section, text

FAST = {"nets": 3, "length": 3, "test_length": 6, "updates": 20}
EXPLAINED = ("dynamics", "counts", "counter_machine", "automata", "certification", "snapping")


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(sequences, "figures", lambda result, number: ())
    monkeypatch.setattr(sequences, "training_figure", drawn)


def drawn(name, *_):
    return Drawn(name=name, figure=new_figure(1, 1), caption="", alternative="")


def unexplained(result):
    """Return the result without analyses."""
    return dataclasses.replace(result, **dict.fromkeys(EXPLAINED))


def chapter(result):
    """Return the chapter of one result."""
    (one,) = section([result]).chapters
    return one


def stream(result):
    """Return the table of one stream."""
    (table,) = chapter(result).parts[0].tables
    return table


def named(table):
    """Return the rows of a table as dictionaries."""
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_every_row_of_every_table_is_text_and_as_long_as_its_header(srn, lstm, reber):
    one = section([srn, lstm, reber])
    for table in one.all_tables:
        assert table.rows
        for row in (table.header, *table.rows):
            assert len(row) == len(table.header)
            assert all(isinstance(cell, str) for cell in row)
    assert all(paragraph.endswith(".") for part in (one, *one.parts) for paragraph in part.answer)


@pytest.mark.parametrize("name", ["srn", "lstm", "reber"])
def test_the_stream_has_the_numbers_of_the_best_net_symbol_by_symbol(request, name):
    result = request.getfixturevalue(name)
    table = stream(result)
    units, alphabet = result.hid, len(result.symbols)
    assert table.header[2:-2] == (
        *(f"hidden {i}" for i in range(1, units + 1)), *(f"p({symbol})" for symbol in result.symbols)
    )  # fmt: skip
    for cells, step in zip(table.rows, result.shown.steps, strict=True):
        assert cells[:2] == (step.symbol, step.state)
        np.testing.assert_allclose([float(cell) for cell in cells[2 : 2 + units]], step.hidden, atol=0.0051)
        probabilities = [float(cell) for cell in cells[2 + units : 2 + units + alphabet]]
        np.testing.assert_allclose(probabilities, step.probabilities, atol=0.0051)
        scored = step.determined or result.language == "reber"
        assert cells[-2:] == (" ".join(step.legal), ("right" if step.right else "wrong") if scored else "")
    assert f"net {result.shown.net + 1} of 3" in table.title


def test_the_same_stream_is_printed_in_a_terminal(srn):
    lines = text(srn).splitlines()
    table = stream(srn)
    begins = next(i for i, line in enumerate(lines) if line.split()[:2] == ["symbol", "state"])
    for line, row in zip(lines[begins + 1 : begins + 1 + len(table.rows)], table.rows, strict=True):
        assert line.split() == " ".join(row).split()
    assert lines[begins + 1 + len(table.rows)] == ""


def test_the_score_is_printed_with_its_numbers(srn):
    result = failing_at(
        srn, 2, None, 5, 1, shown=1, solved=2, accuracy=(0.5, 0.98765, 0.75, 0.25), never_stop=0.857142
    )  # fmt: skip
    lines, last = text(result).splitlines(), srn.history[-1]
    assert lines[0] == (
        f"SRN with 2 hidden units on anb2n, preset fast: 20 updates, median loss {last.loss:.4f} nats per symbol"
    )
    assert "net 2, the best (no failure up to 6)" in lines
    rate = srn.solved_interval
    answer = " ".join(lines[lines.index("Does it work, and how far?") + 1 :])
    numbers = f"{100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"
    assert f"Exact up to n = 3: 2 of 4 nets, {numbers}. Tested on {score.inputs(result)}." in answer
    assert "The median of the first failing lengths is 2." in answer
    assert "It predicts 98.77 % of the determined symbols of single strings up to the trained length" in answer
    assert "(a net that never stops: 85.71 %)" in answer


def test_the_terminal_gets_the_answers_of_the_page_in_lines_of_its_width(srn, reber):
    for result in (srn, reber):
        lines = text(result).splitlines()
        answers = lines[lines.index("Does it work, and how far?") :]
        assert max(map(len, answers)) <= sequences.LINE
        parts = chapter(result).parts
        assert len(parts) == 3
        words = [words for part in parts for words in (part.question, *part.answer)]
        assert " ".join(" ".join(answers).split()) == " ".join(words)
    assert text(unexplained(srn)).splitlines()[-1].endswith("m below n.")


@pytest.mark.parametrize(
    ("failures", "median"),
    [((5, 1, 3), "3"), ((4, 1, 3, 2), "2"), ((None, 2, None), "none up to 6"), ((None, 2), "2"), ((12, 2, 2, 2), "2")],
)
def test_the_median_is_the_lower_one_and_a_net_that_never_fails_counts_as_beyond_all(srn, failures, median):
    (row,) = named(section([failing_at(srn, *failures)]).tables[0])
    assert row["median first failure"] == median


def test_the_table_of_scores_has_the_numbers_of_the_results(srn, lstm, reber):
    rows = named(section([srn, lstm, reber]).tables[0])
    for row, result in zip(rows, (srn, lstm, reber), strict=True):
        assert row["right nets"] == f"{result.solved} / 3"
        assert float(row["rate (95 %)"].partition(" ")[0]) == pytest.approx(100 * result.solved / 3, abs=0.05)
        assert row["furthest"] == str(max(result.first_failure))
        assert (row["units"], row["preset"]) == (str(result.hid), "fast")
    assert [row["net"] for row in rows] == ["SRN", "LSTM", "SRN"]
    assert [row["language"] for row in rows] == ["aⁿb²ⁿ", "aⁿb²ⁿc³ⁿ", "Reber's grammar"]
    assert [row["trained on"] for row in rows] == ["n ≤ 3", "n ≤ 3", "all lengths"]


def test_brackets_are_scored_everywhere_and_by_their_nesting():
    result = run(SequencesConfig(lang="dyck1", model="lstm", **FAST))
    one = section([result])
    assert "are right on all test strings nested at most 3 deep. " in one.answer[0]
    assert named(one.tables[0])[0]["trained on"] == "nesting ≤ 3"
    rows = stream(result).rows
    assert {row[-1] for row in rows} <= {"right", "wrong"}
    assert all(
        row[-1] == ("right" if step.right else "wrong") for row, step in zip(rows, result.shown.steps, strict=True)
    )


def test_the_answer_has_the_number_of_exact_nets_and_the_failure_of_the_best(srn, reber):
    of_srn, of_reber = section([unexplained(srn), unexplained(reber)]).answer
    assert of_srn.startswith(f"SRN with 2 units on aⁿb²ⁿ: {srn.solved} of 3 nets, ")
    assert "are exact up to n = 3. " in of_srn
    assert re.search(rf"The best fails first at {max(srn.first_failure)}\.$", of_srn)
    assert "are right on all test strings. " in of_reber
    assert "are without a failure up to n = 11. " in section([dataclasses.replace(srn, trained_length=11)]).answer[0]
    never = section([failing_at(srn, 2, None, shown=1)]).answer[0]
    assert never.endswith("The best has no failure up to 6.")


# --- question by question -------------------------------------------------------------------------------------


def test_each_ensemble_has_a_chapter_with_three_questions(srn, lstm, reber):
    one = section([srn, lstm, reber])
    assert [each.name for each in one.chapters] == ["sequences-1", "sequences-2", "sequences-3"]
    assert [each.title for each in one.chapters] == [
        "SRN with 2 units on aⁿb²ⁿ, n ≤ 3", "LSTM with 3 units on aⁿb²ⁿc³ⁿ, n ≤ 3",
        "SRN with 5 units on Reber's grammar, all lengths",
    ]  # fmt: skip
    for each in one.chapters:
        assert [part.question for part in each.parts] == [
            "Does it work, and how far?", "How does it do it?", "Can we be sure?",
        ]  # fmt: skip


def test_every_analysis_is_under_the_question_that_it_answers(srn, lstm, reber):
    (_, how, sure), (_, how_lstm, sure_lstm), (_, how_reber, sure_reber) = (
        chapter(result).parts for result in (srn, lstm, reber)
    )
    assert (how.answer, how.tables) == (dynamics.paragraphs(srn.dynamics), dynamics.tables(srn.dynamics))
    assert sure.answer == certificates.paragraphs(srn)
    found = lstm.counts, lstm.counter_machine
    assert (how_lstm.answer, how_lstm.tables) == (counters.paragraphs(*found), (counters.claims_table(*found),))
    assert sure_lstm.answer == certificates.paragraphs(lstm)
    assert how_reber.answer == (automata.equality_text(reber.automata),)
    assert sure_reber.answer == automata.coverage_paragraphs(reber.automata, reber.symbols)


def test_every_figure_is_under_the_question_that_it_answers(monkeypatch, lstm):
    monkeypatch.setattr(sequences, "figures", lambda result, number: map(drawn, ("1-one", "1-other")))
    names = [[each.name for each in part.figures] for part in section([lstm]).parts]
    assert names == [["1-training"], ["1-one", "1-other"], []]


def test_without_analyses_there_are_only_scores_and_streams(srn, lstm):
    one = section([unexplained(srn), unexplained(lstm)])
    assert len(one.answer) == 2
    assert [table.title for table in one.tables] == ["Whole strings"]
    for each in one.chapters:
        (part,) = each.parts
        assert part.question == "Does it work, and how far?"


def test_how_far_nets_are_right_is_said_with_what_was_tested_and_where_the_best_fails(srn):
    result = failing_at(srn, 2, 5, 5, shown=1, accuracy=(0.5, 0.98765, 0.75), never_stop=0.857142, solved=2)
    assert chapter(result).parts[0].answer == (
        f"Exact up to n = 3: 2 of 3 nets, {between(result.solved_interval)}. Tested on {score.inputs(result)}. The "
        "median of the first failing lengths is 5.",
        "Net 2 is the best. It fails first alone at n = 5 (aaaaabbbbbbbbbb); no failure was found in a stream. The "
        "same in float32 and float64. It predicts 98.77 % of the determined symbols of single strings up to the "
        "trained length (a net that never stops: 85.71 %).",
        score.beyond(result),
    )


def test_a_net_trained_on_one_length_has_no_counts():
    result = run(SequencesConfig(lang="anbn", model="lstm", nets=1, length=1, test_length=2, updates=1))
    assert result.counts is result.counter_machine is None
    assert chapter(result).parts[1].question == "Can we be sure?"
