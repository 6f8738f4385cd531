"""The section on SRNs: the counting law, the report's claims about the states, and fixed points."""

from collections.abc import Sequence

from kuzushi.core.sections import Table, counted
from kuzushi.sequences.dynamics_results import ClaimName, Dynamics, ReportClaim
from kuzushi.sequences.figures.dynamics import point_text

CLAIMS: dict[ClaimName, str] = {
    "returns": "When the last B input is finished, the network state will return to initial state",
    "reset": "here the network and its memory has been reset",
    "certain": "Except the first B input, the following input B should be predicted with a high probability",
    "surer": "the more A appears, the less predicted probability of A and the more likely B",
    "closer": "With each state counts, the hidden unit activations is one step closer to the initial state",
}
"""Quotations from the report, in its order."""


def paragraphs(dynamics: Dynamics) -> tuple[str, ...]:
    """Return how the SRNs of one ensemble count; nothing for a language other than a^n b^kn."""
    if dynamics.ratio is None:
        return ()
    exact, compared = dynamics.exact_nets, dynamics.compared
    structure = (
        f"Of the {counted(len(exact), 'net')} exact up to n = {dynamics.trained_length}, {len(compared)} have a stable "
        "point for the a's and a saddle for the b's, as the counting law needs."
    )
    if not compared:
        return (structure,)
    contraction, expansion, product = (
        _range([abs(getattr(law, name)) for law in compared]) for name in ("contraction", "expansion", "product")
    )
    power = "" if dynamics.ratio == 1 else "⁰¹²³⁴⁵⁶⁷⁸⁹"[dynamics.ratio]
    alternating = sum((law.contraction or 0) < 0 for law in compared)
    return (
        f"{structure} There |λa| is {contraction}, |λb| {expansion} and |λa| |λb|{power} {product}, where counting "
        f"without end needs 1; in {alternating} the states after a's alternate between two sides (λa < 0).",
        "The first failure, predicted from these numbers and trained strings alone, is right for "
        f"{dynamics.predicted_exactly} of {len(compared)}, and off by at most one for {dynamics.predicted_within_one}; "
        f"always predicting the commonest failure would be right for {dynamics.commonest}.{_rank_text(dynamics)}",
    )


def tables(dynamics: Dynamics) -> tuple[Table, ...]:
    """Return the report's claims, and the fixed points of the best net."""
    claims = (_claims_table(dynamics),) if dynamics.claims else ()
    return (*claims, _points_table(dynamics)) if dynamics.fixed_points else claims


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


def _rank_text(dynamics: Dynamics) -> str:
    rank, interval = dynamics.rank_correlation, dynamics.rank_interval
    between = "" if interval is None else f" (95 % interval {interval.low:.2f} to {interval.high:.2f})"
    return "" if rank is None else f" The rank correlation is {rank:.2f}{between}."


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
