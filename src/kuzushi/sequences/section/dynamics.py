"""The section on SRNs: how nets count, the counting law, the report's claims about the states, and fixed points."""

from collections import Counter
from collections.abc import Sequence

from kuzushi.core.sections import Table, counted, percent
from kuzushi.sequences.dynamics_results import (
    ANGLE_TOLERANCE,
    STEP_TOLERANCE,
    ClaimName,
    CountingWay,
    Dynamics,
    Lacking,
    ReportClaim,
    WayName,
)
from kuzushi.sequences.figures.dynamics import point_text

CLAIMS: dict[ClaimName, str] = {
    "returns": "When the last B input is finished, the network state will return to initial state",
    "reset": "here the network and its memory has been reset",
    "certain": "Except the first B input, the following input B should be predicted with a high probability",
    "surer": "the more A appears, the less predicted probability of A and the more likely B",
    "closer": "With each state counts, the hidden unit activations is one step closer to the initial state",
}
"""Quotations from the report, in its order."""
LACKS: dict[Lacking, str] = {
    "attractor": "the a's lead to no stable point or cycle of two",
    "saddle": "the b's have no saddle with one expanding direction",
    "real eigenvalues": "the a's turn around their stable point",
}
WAYS: dict[WayName, str] = {
    "monotone approach": "approaches a stable point from one side",
    "alternating approach": "approaches a stable point from two sides in turn",
    "spiral approach": "turns around a stable point and approaches it",
    "two-cycle": "approaches a cycle of two states",
    "monotone departure": "leaves an unstable point to one side",
    "alternating departure": "leaves an unstable point to two sides in turn",
    "spiral departure": "turns around an unstable point and leaves it",
    "slow point": "passes a slow point",
    "slow two-cycle": "alternates and passes a slow cycle of two",
    "drift": "goes on in one direction with no fixed point near",
    "not explained": "moves in a way that is not explained",
}
"""What the state does, of each way."""
SLOW = (
    "A slow point is a state that the symbol hardly moves, without being fixed: the state creeps past it, and how far "
    "it has come is the count."
)


def paragraphs(dynamics: Dynamics) -> tuple[str, ...]:
    """Return how the SRNs of one ensemble count; nothing for a language other than a^n b^kn."""
    if dynamics.ratio is None:
        return ()
    law = (_law_text(dynamics), _prediction_text(dynamics)) if dynamics.compared else ()
    ways = (_ways_text(dynamics),) if dynamics.ways else ()
    return (_parts_text(dynamics), *law, *ways)


def tables(dynamics: Dynamics) -> tuple[Table, ...]:
    """Return the report's claims, the way of each exact net, and the fixed points of the best net."""
    claims = (_claims_table(dynamics),) if dynamics.claims else ()
    ways = (_ways_table(dynamics),) if dynamics.ways else ()
    points = (_points_table(dynamics),) if dynamics.fixed_points else ()
    return (*claims, *ways, *points)


def measured(claim: ReportClaim) -> str:
    """Return the measurement of a claim, and the condition under which it holds."""
    if claim.name == "surer":
        each = ", ".join(f"{value:.2f}" for value in claim.measured)
        return f"probability of b after 1, 2, ... a's: {each}; holds if it always rises"
    first, second = claim.measured
    return {
        "returns": f"distance from the state after the last b to the initial one: mean {first:.2f}, largest "
        f"{second:.2f}; holds if no other state is nearer",
        "reset": f"distance between the states after the last b of different n: mean {first:.2f}, largest "
        f"{second:.2f}; holds if no other state is as near",
        "certain": f"probability of a due b after a b: least {first:.2f}, mean {second:.2f}; holds from 0.9",
        "closer": f"b's after the first that lead closer to the initial state: {first:.0f} of {second:.0f}; holds if "
        "all do",
    }[claim.name]


def _parts_text(dynamics: Dynamics) -> str:
    """Return how many exact nets have the parts that the counting law needs, and what the others lack."""
    exact, compared = dynamics.exact_nets, dynamics.compared
    lacking = Counter(law.lacking for law in exact if law.lacking is not None)
    others = "; ".join(f"in {lacking[what]} {text}" for what, text in LACKS.items() if lacking[what])
    return (
        f"Of the {counted(len(exact), 'net')} exact up to n = {dynamics.trained_length}, {len(compared)} have a stable "
        "point for the a's and a saddle for the b's, as the counting law needs."
        + (f" It does not apply to the others: {others}." if others else "")
    )


def _law_text(dynamics: Dynamics) -> str:
    compared, ratio = dynamics.compared, dynamics.ratio or 1
    contraction, expansion, product = (
        _range([abs(getattr(law, name)) for law in compared]) for name in ("contraction", "expansion", "product")
    )
    power = "" if ratio == 1 else "⁰¹²³⁴⁵⁶⁷⁸⁹"[ratio]
    alternating = sum((law.contraction or 0) < 0 for law in compared)
    return (
        f"Where it applies, |λa| is {contraction}, |λb| {expansion} and |λa| |λb|{power} {product}, where counting "
        f"without end needs 1; in {alternating}, λa < 0: after many a's the states alternate between two sides. On the "
        f"string n = {dynamics.trained_length}, {len(dynamics.as_the_law_says)} of the {len(compared)} go as the law "
        "says: each a brings the state closer to the stable point, each b farther from the saddle, in steps that "
        "agree with the eigenvalues."
    )


def _prediction_text(dynamics: Dynamics) -> str:
    rank, interval = dynamics.rank_correlation, dynamics.rank_interval
    between = "" if interval is None else f" (95 % interval {interval.low:.2f} to {interval.high:.2f})"
    return (
        "The first n that fails from the initial state, predicted from these numbers and trained strings alone, is "
        f"right for {dynamics.predicted_exactly} of {len(dynamics.compared)}, and off by at most one for "
        f"{dynamics.predicted_within_one}; always predicting the commonest failure would be right for "
        f"{dynamics.commonest}." + ("" if rank is None else f" The rank correlation is {rank:.2f}{between}.")
    )


def _ways_text(dynamics: Dynamics) -> str:
    """Return in how many nets the state moves in which way while each symbol is read, the commonest first."""
    phases = []
    for symbol in dynamics.symbols:
        names = Counter(way.name for way in dynamics.ways if way.symbol == symbol).most_common()
        (first, often), *others = names
        rest = "".join(f", in {number} it {WAYS[name]}" for name, number in others)
        phases.append(f"While {symbol}'s are read, in {counted(often, 'net')} the state {WAYS[first]}{rest}.")
    slow = any(way.name in ("slow point", "slow two-cycle") for way in dynamics.ways)
    return " ".join([
        f"How the exact nets count, measured step by step on the string n = {dynamics.trained_length}:",
        *phases,
        *([SLOW] if slow else []),
    ])  # fmt: skip


def _ways_table(dynamics: Dynamics) -> Table:
    return Table(
        title="The way in which each exact net counts",
        header=(
            "net", "while it reads", "the state", "steps explained", "length of a step to the one before", "angle",
            "eigenvalue", "distance",
        ),
        rows=tuple(
            (
                str(way.net + 1), f"{way.symbol}'s", WAYS[way.name], f"{way.explained} of {way.steps}",
                f"{way.ratio:.2f}", f"{way.angle:.0f}°", _eigenvalue(way), _distance(way),
            )
            for way in dynamics.ways
        ),
        note=f"On the string n = {dynamics.trained_length} from the initial state, without the first step of each "
        "symbol. Length and angle are relative to the step before (geometric mean and mean). The eigenvalue (of the "
        "largest modulus; of two steps at a cycle) and the distance (after the first symbol, least, after the last) "
        "are those of the fixed point, cycle or slow point that explains the steps, or else of the nearest fixed "
        f"point. It explains a step if the map near it predicts the step within {percent(STEP_TOLERANCE, 0)} of its "
        "length. A way is named only if more than half of the steps, in a row, are explained, and the measured ratio "
        f"and angle are those of the eigenvalue within {percent(STEP_TOLERANCE, 0)} and {ANGLE_TOLERANCE:.0f}°. At a "
        "slow point the eigenvalue is 1, and the ratio grows on the way past it. Steps in one direction turn by at "
        f"most {ANGLE_TOLERANCE:.0f}°, and at most double or halve their length.",
        folded=True,
    )  # fmt: skip


def _eigenvalue(way: CountingWay) -> str:
    if way.eigenvalue is None:
        return ""
    real, imaginary = way.eigenvalue
    return f"{real:.2f}" + (f" ± {abs(imaginary):.2f}i" if imaginary else "")


def _distance(way: CountingWay) -> str:
    return "" if way.distance is None else ", ".join(f"{distance:.2f}" for distance in way.distance)


def _claims_table(dynamics: Dynamics) -> Table:
    return Table(
        title="Claims of the report about its SRN",
        header=("the report", f"measured on net {dynamics.net + 1}", "holds", "exact nets for which it holds"),
        rows=tuple(
            (CLAIMS[claim.name], measured(claim), "yes" if claim.confirmed else "no", f"{claim.holds} / {claim.exact}")
            for claim in dynamics.claims
        ),
        note=f"On the strings n = 1 to {dynamics.trained_length}, each from the initial state. Distances are in units "
        "of the mean distance between two states of the net.",
    )


def _points_table(dynamics: Dynamics) -> Table:
    basins = ["" if point.basin is None else f"{100 * point.basin:.0f} %" for point in dynamics.fixed_points]
    return Table(
        title=f"Fixed points and cycles of two of net {dynamics.net + 1}",
        header=("symbol and point", "basin"),
        rows=tuple(zip(map(point_text, dynamics.fixed_points), basins, strict=True)),
        note="Found by Newton's method from many states. Basin: the share of starting states that end there.",
        folded=True,
    )


def _range(values: Sequence[float]) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low} to {high}"
