"""Helpers that read the sequence demo of a page, and the same nets in torch."""

import numpy as np
import torch
from playwright.sync_api import expect

from browsers import settled
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.nets import MODELS, from_weights

DEMO = "#sequence_demo"
EXACT = 1e-9
"""Numbers of the page against Python's in double precision."""


def script(tab, body, *given):
    """Run a script in the page, which finds its nets in `nets` and what is given in `given`."""
    code = """async (given) => {
        const { unpacked } = await import("unpack");
        const { nets } = await unpacked(document.querySelector("#sequence_demo script.data"));
        BODY
    }""".replace("BODY", body)
    return tab.evaluate(code, list(given))


def readings(tab, net, text, changes=()):
    """What the page makes of every place of a string."""
    return script(
        tab,
        """const [net, text, changes] = given;
        const { reading } = await import("sequences/reading");
        const { changedWeights } = await import("sequences/state");
        return reading(nets[net], changedWeights(nets[net].weights, changes), text);""",
        net, text, list(changes),
    )  # fmt: skip


def model_of(net, changes=()):
    """A net as torch has it, in double precision."""
    weights = {name: torch.tensor(value, dtype=torch.float64) for name, value in net["weights"].items()}
    for name, value in changes:
        matrix, *place = name.split(".")
        weights[matrix][tuple(map(int, place))] = value
    return from_weights(MODELS[net["kind"]], {name: weight[None] for name, weight in weights.items()})


@torch.no_grad()
def traced(net, text, changes=()):
    symbols = torch.tensor([[net["symbols"].index(symbol) for symbol in text]])
    return model_of(net, changes)(symbols)


def probabilities(net, text, changes=()):
    return traced(net, text, changes).logits[0, 0].softmax(-1).numpy()


def language_of(net):
    kind, reset = net["language"]["kind"], net["language"]["reset"]
    if kind == "counting":
        pairs = zip(net["symbols"], net["language"]["ratios"], strict=True)
        return get_language("".join(f"{symbol}{ratio}" for symbol, ratio in pairs))
    return get_language({"brackets": "dyck1", "grammar": "reber"}[kind], reset=reset)


def choose(tab, net):
    tab.locator(f"{DEMO} select[name=net]").select_option(index=net)
    drawn(tab)


def drawn(tab):
    """Wait until what has been done is drawn: one frame for the drawing, one that comes after it."""
    tab.evaluate("() => new Promise((after) => requestAnimationFrame(() => requestAnimationFrame(after)))")


def address_of(tab):
    """The address of the page, once it holds the state that is shown."""
    settled(tab)
    return tab.evaluate("location.href")


def take(tab, weight):
    tab.locator(f"{DEMO} select[name=weight]").select_option(weight)
    drawn(tab)


def put(tab, value):
    """Give the weight that is in hand a value."""
    tab.locator(f"{DEMO} input[name=value]").fill(str(value))
    tab.keyboard.press("Enter")
    drawn(tab)


def type_in(tab, text):
    tab.locator(f"{DEMO} input[name=text]").fill(text)


def press(tab, name, times=1):
    for _ in range(times):
        tab.locator(f"{DEMO} button[name={name}]").click()


def says(tab, place, **given):
    return expect(tab.locator(f"{DEMO} {place}"), **given)


def percent(p):
    return "> 99.9 %" if p >= 0.9995 else "< 0.1 %" if p < 0.0005 else f"{100 * p:.1f} %"


def number(text):
    return float(text.replace("−", "-"))


def shown_units(tab):
    """The numbers of the table of units."""
    rows = tab.locator(f"{DEMO} table.units tbody tr").all()
    return np.array([[number(cell) for cell in row.locator("td").all_text_contents()] for row in rows])


def shown_point(tab):
    """Where the state is drawn in the plane, in units of its axes."""
    circle = tab.locator(f"{DEMO} .now circle").first
    frame = tab.locator(f"{DEMO} svg.states .frame rect")
    x, y = (float(circle.get_attribute(name)) for name in ("cx", "cy"))
    left, top, width, height = (float(frame.get_attribute(name)) for name in ("x", "y", "width", "height"))
    return np.array([2 * (x - left) / width - 1, 1 - 2 * (y - top) / height])
