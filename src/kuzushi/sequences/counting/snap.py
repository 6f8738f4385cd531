"""Snap a trained LSTM to a nearby exact one: gates driven to 0 or 1, increments tuned to their exact ratio.

A cell detects the end of a phase if it returns to one value exactly then, whatever n is. Let a unit keep its cell from
the phase of symbol q to that of symbol p and forget it elsewhere, and let each symbol s between them add d_s. With
r_s n symbols s in a string the cell returns at the end of phase p if

    r_q d_q + ... + r_p d_p = 0

A net that counts has units for which this nearly holds, one for each phase whose end it detects. Snapping makes it
hold by the least change of the d_s, with gates fully open or closed, and without the links that are not needed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice, product

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.optimize import linprog

from kuzushi.sequences.counter_results import Reading, Snapped, WeightChange
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import LSTM, Trace, from_weights

SATURATED = 40.0
"""The input of an open gate is at least this, of a closed one at most minus this: 1 and 0 up to 4e-18."""
LEAST_STEP = 0.05
"""The least step per symbol of a cell that counts, in the first and in the last phase in which it does."""
MOST_ADDED = 0.999
"""The most that a symbol adds to a cell; for more, tanh would need far larger weights."""
MARGIN = 1.0
"""The least difference between the right symbol's logit and every other in the exact net."""
FOLLOWED = (*range(1, 13), 20, 40)
"""The read-out is fitted to strings of these n; longer ones only lead to larger cells, where tanh is flat."""
AVERAGED = 10
"""Gates and increments are averaged over the strings up to this n."""
MOST_TRIED = 50
"""The most plans that are tried, the nearest first."""

Weights = dict[str, Float[np.ndarray, "..."]]
"""Of one net, by their names in LSTM."""
PerSymbol = Float[np.ndarray, "symbols hid"]
Steps = Float[np.ndarray, " phases"]


@dataclass(frozen=True)
class _Averages:
    """Forget gates and increments of one net for each symbol, on average."""

    forget: PerSymbol
    added: PerSymbol
    """i g: what is added to the cell."""


@dataclass(frozen=True)
class _Plan:
    """The units that count, and the phases between which they do."""

    units: tuple[int, ...]
    """For the end of each phase after the first, the unit that detects it."""
    since: tuple[int, ...]
    """The phase from which on that unit keeps its cell."""

    def keeps(self, symbols: int, hid: int) -> Bool[np.ndarray, "symbols hid"]:
        """Return whether a unit keeps its cell on a symbol."""
        keeps = np.zeros((symbols, hid), dtype=bool)
        for last, (unit, first) in enumerate(zip(self.units, self.since, strict=True), start=1):
            keeps[first : last + 1, unit] = True
        return keeps


def snap(model: LSTM, language: Counting) -> tuple[tuple[Weights, Snapped] | None, ...]:
    """Return for each net of an ensemble the nearest exact net that is found, and its changes; None if none is found.

    The exact net has weights as large as saturated gates need, and is not trained further.
    """
    averages = _averages(model, language)
    found = []
    for net, average in enumerate(averages):
        trained = {name: weight[net].double().cpu().numpy() for name, weight in model.weights().items()}
        found.append(_snapped(trained, average, language, net))
    return tuple(found)


def ensemble(weights: Sequence[Weights]) -> LSTM:
    """Return the nets with these weights as one ensemble, in single precision."""
    stacked = {name: torch.from_numpy(np.stack([each[name] for each in weights])) for name in weights[0]}
    return from_weights(LSTM, stacked).float()


def _snapped(trained: Weights, averages: _Averages, language: Counting, net: int) -> tuple[Weights, Snapped] | None:
    for plan, memories in product(islice(_plans(averages, language), MOST_TRIED), (False, True)):
        added = _tuned(averages, language, plan)
        exact = _built(trained, added, plan, memories=memories)
        readout = _readout(exact, trained, language, plan, memories=memories)
        if readout is not None:
            exact |= readout
            exact = {name: weight.astype(np.float32).astype(np.float64) for name, weight in exact.items()}
            return exact, _described(trained, exact, averages, added, language, plan, net)
    return None


@torch.no_grad()
def _averages(model: LSTM, language: Counting) -> list[_Averages]:
    """Average over streams in which every two of the strings are side by side."""
    streams = language.side_by_side(AVERAGED).to(model.bias.device)
    trace: Trace = model(streams.symbols)
    assert trace.gates is not None and trace.cell is not None
    forget, cell = trace.gates[:, :, :, 1].double(), trace.cell.double()  # (nets, batch, time, hid)
    start = model.initial(len(streams.symbols)).cell
    assert start is not None
    before = torch.cat([start[:, :, None].double(), cell[:, :, :-1]], 2)
    per_symbol = [
        [values[:, streams.present & (streams.symbols == symbol)].mean(1) for symbol in range(len(language.symbols))]
        for values in (forget, cell - forget * before)
    ]
    forgets, added = (torch.stack(means, 1).cpu().numpy() for means in per_symbol)  # (nets, symbols, hid)
    return [_Averages(*pair) for pair in zip(forgets, added, strict=True)]


def _plans(averages: _Averages, language: Counting) -> Iterator[_Plan]:
    """Yield the ways to detect the end of every phase, in the order of how much of the net they change."""
    options = [sorted(_options(averages, language, last)) for last in range(1, len(language.symbols))]
    if not all(options):
        return
    least = [sum(costs[0][0] for costs in options[done:]) for done in range(len(options) + 1)]
    begun: list[tuple[float, float, tuple[int, ...], tuple[int, ...]]] = [(least[0], 0.0, (), ())]
    while begun:  # best first: the plan that can still cost least
        _, spent, units, since = heappop(begun)
        if len(units) == len(options):
            yield _Plan(units, since)
            continue
        for cost, unit, first in options[len(units)]:
            if unit not in units:
                total = spent + cost
                heappush(begun, (total + least[len(units) + 1], total, (*units, unit), (*since, first)))


def _options(averages: _Averages, language: Counting, last: int) -> Iterator[tuple[float, int, int]]:
    """Yield the cost, the unit, and the phase from which on it counts, for units that can detect the end of a phase.

    The cost is how far a unit is from counting: how much its cell forgets, and how far it is from 0 at the end.
    """
    for unit, first in product(range(averages.added.shape[1]), range(last)):
        phases = slice(first, last + 1)
        ratios, steps = np.array(language.ratios[phases], dtype=float), averages.added[phases, unit]
        begins, *_, ends = _balanced(steps, ratios)
        if min(abs(steps[-1]), abs(begins), abs(ends)) >= LEAST_STEP:
            moves = ratios * steps
            left = abs(moves.sum()) / abs(moves).sum()
            yield float(left + (1 - averages.forget[phases, unit]).sum()), unit, first


def _balanced(steps: Steps, ratios: Steps) -> Steps:
    """Return the nearest steps with ratios @ steps = 0, scaled down together if one is more than a symbol can add."""
    steps = steps.clip(-MOST_ADDED, MOST_ADDED)
    balanced: Steps = steps - ratios * (ratios @ steps) / (ratios @ ratios)
    return balanced / max(1.0, float(abs(balanced).max()) / MOST_ADDED)


def _tuned(averages: _Averages, language: Counting, plan: _Plan) -> PerSymbol:
    """Return what each symbol adds to each cell in the exact net: the nearest with which all counting cells return."""
    added = averages.added.clip(-MOST_ADDED, MOST_ADDED)
    for last, (unit, first) in enumerate(zip(plan.units, plan.since, strict=True), start=1):
        phases = slice(first, last + 1)
        added[phases, unit] = _balanced(added[phases, unit], np.array(language.ratios[phases], dtype=float))
        if first == 0:  # or strings would begin with what the last symbol left, and only the first one with 0
            added[last + 1 :, unit] = 0.0
    return added


def _built(trained: Weights, added: PerSymbol, plan: _Plan, *, memories: bool) -> Weights:
    """Return the exact net's weights, without its read-out.

    Args:
        memories: keep the units that do not count; they forget at once, and so encode the last symbol.
    """
    symbols, hid = added.shape
    exact = {name: weight.copy() for name, weight in trained.items()}
    for name in ("weight_hh", *LSTM.state_names):
        exact[name][:] = 0.0
    used = memories | np.isin(np.arange(hid), plan.units)
    keeps = plan.keeps(symbols, hid)
    bias = trained["bias"].reshape(4, hid)
    before = trained["weight_ih"].reshape(4, hid, symbols).transpose(0, 2, 1) + bias[:, None]  # (gates, symbols, hid)
    opens = (added != 0.0, keeps, None, np.ones_like(keeps))  # i, f, (g), o
    inputs = np.stack([
        np.arctanh(added) if open_ is None else _saturated(gate, open_)
        for gate, open_ in zip(before, opens, strict=True)
    ])  # fmt: skip
    weight_ih = np.where(used, inputs - bias[:, None], 0.0)
    exact["weight_ih"] = weight_ih.transpose(0, 2, 1).reshape(4 * hid, symbols)
    exact["bias"] = np.where(used, bias, 0.0).ravel()
    for unit in np.flatnonzero(keeps.all(0)).tolist():
        _forget_between_strings(exact, unit, np.tanh(added[0, unit]))
    return exact


def _saturated(before: PerSymbol, opened: Bool[np.ndarray, "symbols hid"]) -> PerSymbol:
    """Return the nearest inputs of gates that are fully open or closed."""
    return np.where(opened, before.clip(min=SATURATED), before.clip(max=-SATURATED))


def _forget_between_strings(exact: Weights, unit: int, after_first: float) -> None:
    """Let a unit that keeps its cell on every symbol forget it with the first symbol of a string.

    Its hidden value is near 0 at the end of a string, and at least `after_first` away from 0 within the first phase. So
    a link from it to its forget gate opens that gate, which without it is closed on the first symbol.
    """
    hid = exact["weight_hh"].shape[1]
    row = hid + unit
    exact["weight_hh"][row, unit] = 2 * SATURATED / after_first
    exact["weight_ih"][row, 0] = -SATURATED - exact["bias"][row]
    exact["weight_ih"][row, 1:] = 2 * SATURATED - exact["bias"][row]


def _readout(exact: Weights, trained: Weights, language: Counting, plan: _Plan, *, memories: bool) -> Weights | None:
    """Return the nearest read-out, by the sum of changes, that is right wherever only one symbol may follow.

    A linear programme over the weights and the sizes of their changes; None if there is no such read-out.
    """
    streams = language.of(torch.tensor(FOLLOWED)[:, None], longest=max(FOLLOWED))
    trace: Trace = ensemble([exact]).double()(streams.symbols)
    hidden, legal = trace.hidden[0, streams.scored].detach().numpy(), streams.legal[streams.scored].numpy()
    seen = np.unique(np.column_stack([hidden.round(9), legal]), axis=0)
    hid = hidden.shape[1]
    rows = _comparisons(np.column_stack([seen[:, :hid], np.ones(len(seen))]), seen[:, hid:].argmax(1))
    before = np.column_stack([trained["weight_out"], trained["bias_out"]]).ravel()
    used = memories | np.isin(np.arange(hid), plan.units)
    free = np.tile([*used, True], len(language.symbols))
    count, identity = len(before), np.eye(len(before))
    solution = linprog(
        np.concatenate([np.zeros(count), np.ones(count)]),
        A_ub=np.block([
            [rows, np.zeros_like(rows)],
            [identity, -identity],
            [-identity, -identity],
        ]),
        b_ub=np.concatenate([np.full(len(rows), -MARGIN), before, -before]),
        bounds=[(None, None) if may else (0, 0) for may in free] + [(0, None)] * count,
    )  # fmt: skip
    if not solution.success:
        return None
    readout = solution.x[:count].reshape(-1, hid + 1)
    return {"weight_out": readout[:, :-1], "bias_out": readout[:, -1]}


def _comparisons(
    features: Float[np.ndarray, "positions features"], right: Int[np.ndarray, " positions"]
) -> Float[np.ndarray, "comparisons weights"]:
    """Return a row for each position and wrong symbol: times a read-out's weights, its logit less the right one's."""
    symbols = right.max() + 1
    rows = [
        np.kron(np.eye(symbols)[other] - np.eye(symbols)[legal], feature)
        for feature, legal in zip(features, right, strict=True)
        for other in range(symbols)
        if other != legal
    ]
    return np.array(rows)


def _described(
    trained: Weights, exact: Weights, averages: _Averages, added: PerSymbol, language: Counting, plan: _Plan, net: int
) -> Snapped:
    changes = tuple(
        WeightChange(name=name, index=tuple(index), before=float(before), after=float(after))
        for name in trained
        for index, before, after in zip(
            np.ndindex(trained[name].shape), trained[name].flat, exact[name].flat, strict=True
        )
        if before != after
    )
    squares = sum((change.after - change.before) ** 2 for change in changes)
    return Snapped(
        net=net,
        readings=tuple(
            Reading(
                symbol=language.symbols[last],
                unit=unit,
                since=language.symbols[first],
                increments=tuple(added[:, unit].tolist()),
                before=tuple(averages.added[:, unit].tolist()),
            )
            for last, (unit, first) in enumerate(zip(plan.units, plan.since, strict=True), start=1)
        ),
        changes=changes,
        weights=sum(weight.size for weight in trained.values()),
        removed=sum(change.name == "weight_hh" and change.after == 0.0 for change in changes),
        distance=float(np.sqrt(squares / sum((weight**2).sum() for weight in trained.values()))),
    )
