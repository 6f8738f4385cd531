"""Counter machines, read back from their artists."""

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Circle, FancyArrowPatch

from by_hand import ANB2NC3N, ANB2NC3N_BY_BS, ANBN
from kuzushi.core.figure_style import new_figure
from kuzushi.sequences.figures.machines import (
    COUNTER_RADIUS,
    arrow_label,
    counter_layout,
    counter_machine_figure,
    draw_counter_machine,
)

LABELS = [
    "a: B+2", "a: B+2", "b: B-1, C+3", "b, B>0: B-1, C+3", "c, B=0: C-2", "c, C>0: C-2", "a, C=0: B:=2, C:=0",
]  # fmt: skip


@pytest.fixture(params=[ANBN, ANB2NC3N, ANB2NC3N_BY_BS], ids=["anbn", "anb2nc3n", "by b's"])
def drawn(request):
    figure = counter_machine_figure("m", request.param)
    return request.param, figure.figure.axes[0]


def test_an_arrow_has_symbol_tests_and_changes():
    assert [arrow_label(arrow) for arrow in ANB2NC3N_BY_BS.transitions] == LABELS


def test_every_state_is_a_circle_with_its_name_and_the_start_has_two(drawn):
    machine, ax = drawn
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    rims = [circle.center for circle in circles if circle.radius == COUNTER_RADIUS]
    assert rims == list(counter_layout(machine).values())
    assert [circle.center for circle in circles if circle.radius < COUNTER_RADIUS] == [counter_layout(machine)["start"]]
    assert [text.get_text() for text in ax.texts[: len(rims)]] == list(machine.states)


def test_every_transition_is_an_arrow_with_its_label(drawn):
    machine, ax = drawn
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == len(machine.transitions)
    labels = [text.get_text() for text in ax.texts[len(machine.states) :]]
    assert [label.replace(":\n", ": ").replace("−", "-") for label in labels] == list(
        map(arrow_label, machine.transitions)
    )
    points = counter_layout(machine)
    for arrow, transition in zip(arrows, machine.transitions, strict=True):
        source, target = points[transition.source], points[transition.target]
        if source != target:
            assert arrow.patchA.center == source
            assert arrow.patchB.center == target


def test_no_label_covers_another_or_a_state_and_all_is_visible(drawn):
    machine, ax = drawn
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    circles = [
        p.get_window_extent(renderer) for p in ax.patches if isinstance(p, Circle) and p.radius == COUNTER_RADIUS
    ]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    labels = boxes[len(machine.states) :]
    assert not any(label.overlaps(circle) for label in labels for circle in circles)
    sheet = ax.figure.bbox
    for box in boxes:
        assert sheet.x0 <= box.x0 < box.x1 <= sheet.x1
        assert sheet.y0 <= box.y0 < box.y1 <= sheet.y1


def test_caption_and_alternative_describe_the_machine():
    figure = counter_machine_figure("1-counter-machine", ANB2NC3N_BY_BS)
    assert figure.name == "1-counter-machine"
    assert "4 states and the counters B and C" in figure.caption
    assert "b to b at b, B>0: B-1, C+3" in figure.alternative
    assert "the counter B, 0 at" in counter_machine_figure("x", ANBN).caption


def test_any_axes_can_be_drawn_on():
    ax = new_figure(6, 4).subplots()
    draw_counter_machine(ax, ANBN)
    assert len(ax.texts) == 3 + len(ANBN.transitions)
