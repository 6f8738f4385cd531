"""How does an SRN count? Fixed points, the counting law, and the report's claims about the states."""

from collections import Counter
from collections.abc import Sequence

from kuzushi.core.sections import Table, counted
from kuzushi.sequences.dynamics_results import ClaimName, CountingLaw, Dynamics, Lacking, ReportClaim

CLAIMS: dict[ClaimName, str] = {
    "returns": "When the last B input is finished, the network state will return to initial state",
    "reset": "here the network and its memory has been reset",
    "certain": "Except the first B input, the following input B should be predicted with a high probability",
    "surer": "the more A appears, the less predicted probability of A and the more likely B",
    "closer": "With each state counts, the hidden unit activations is one step closer to the initial state",
}
"""Quotations from the report, in its order."""
LACKS: dict[Lacking, str] = {
    "attractor": "{} without a stable point or cycle of two for the a's",
    "saddle": "{} without a saddle for the b's",
    "real eigenvalues": "{} whose a's rotate around their stable point",
}
METHOD = (
    "How can an SRN count? By the law of Rodriguez, Wiles and Elman (1999): each a multiplies the distance from a "
    "stable fixed point by an eigenvalue λa, so that the distance encodes n, and each b multiplies the distance from a "
    "saddle by λb, until the string is over. To count aⁿbᵏⁿ without end, |λa| |λb|ᵏ must be 1, and after many a's the "
    "first b must lead to the line along which the saddle attracts."
)


def paragraphs(dynamics: Dynamics) -> tuple[str, ...]:
    """Return how the SRNs of one ensemble count; nothing for a language other than a^n b^kn."""
    if dynamics.ratio is None:
        return ()
    return (_structure_text(dynamics), *_law_paragraphs(dynamics), *_claims_paragraph(dynamics))


def tables(dynamics: Dynamics) -> tuple[Table, ...]:
    """Return the report's claims, the fixed points of the best net, and the law of every net."""
    claims = (_claims_table(dynamics),) if dynamics.claims else ()
    laws = (_laws_table(dynamics),) if dynamics.compared else ()
    points = (_points_table(dynamics),) if dynamics.fixed_points else ()
    return (*claims, *points, *laws)


def _structure_text(dynamics: Dynamics) -> str:
    exact, compared = dynamics.exact_nets, dynamics.compared
    lacking = Counter(law.lacking for law in exact if law.lacking is not None)
    others = ", ".join(text.format(lacking[what]) for what, text in LACKS.items() if lacking[what])
    best = next(law for law in dynamics.laws if law.net == dynamics.net)
    of_best = "is not exact" if best not in exact else "is one of them" if best in compared else "is not one of them"
    return (
        f"Of the {counted(len(exact), 'net')} exact up to n = {dynamics.trained_length}, {len(compared)} have a stable "
        "point for the a's and a saddle for the b's, as the counting law needs."
        f"{f' Others: {others}.' if others else ''} Net {dynamics.net + 1}, the best, {of_best}."
    )


def _law_paragraphs(dynamics: Dynamics) -> tuple[str, ...]:
    compared = dynamics.compared
    if not compared:
        return ()
    contraction, expansion, product = (
        _range([abs(getattr(law, name)) for law in compared]) for name in ("contraction", "expansion", "product")
    )
    alternating = sum((law.contraction or 0) < 0 for law in compared)
    rank = "" if dynamics.rank_correlation is None else f" The rank correlation is {dynamics.rank_correlation:.2f}."
    return (
        f"In {'this net' if len(compared) == 1 else f'these {len(compared)} nets'} |λa| is {contraction}, |λb| "
        f"{expansion} and |λa| |λb|{_power(dynamics.ratio)} {product}; in {alternating} the states after a's alternate "
        "between two sides (λa < 0).",
        "The first failure, predicted from these numbers and trained strings alone, is right for "
        f"{dynamics.predicted_exactly} of {len(compared)}, and off by at most one for {dynamics.predicted_within_one}."
        f"{rank} Always predicting the commonest failure would be right for {dynamics.commonest}.",
    )


def _claims_paragraph(dynamics: Dynamics) -> tuple[str, ...]:
    if not dynamics.claims:
        return ()
    confirmed = sum(claim.confirmed for claim in dynamics.claims)
    return (
        f"Of {len(dynamics.claims)} claims of the report about the states of its SRN, {confirmed} hold for net "
        f"{dynamics.net + 1}.",
    )


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


def measured(claim: ReportClaim) -> str:
    """Return the measurement of a claim, and the condition under which it holds."""
    if claim.name == "surer":
        each = ", ".join(f"{value:.2f}" for value in claim.measured)
        return f"probability of b after 1, 2, ... a's: {each}; holds if it always rises"
    first, second = claim.measured
    if claim.name == "returns":
        return (
            f"distance from the state after the last b to the initial one: mean {first:.2f}, largest {second:.2f}; "
            "holds if no other state is nearer"
        )
    if claim.name == "reset":
        return (
            f"distance between the states after the last b of different n: mean {first:.2f}, largest {second:.2f}; "
            "holds if no other state is as near"
        )
    if claim.name == "certain":
        return f"probability of a due b after a b: least {first:.2f}, mean {second:.2f}; holds from 0.9"
    return f"b's after the first that lead closer to the initial state: {first:.0f} of {second:.0f}; holds if all do"


def _points_table(dynamics: Dynamics) -> Table:
    return Table(
        title=f"Fixed points and cycles of two of net {dynamics.net + 1}",
        header=("symbol", "kind", "states", "eigenvalues", "basin"),
        rows=tuple(
            (
                point.symbol,
                f"{point.stability}, {'fixed point' if point.period == 1 else 'cycle of two'}",
                " ↔ ".join(f"({', '.join(f'{x:.2f}' for x in state)})" for state in point.points),
                ", ".join(
                    f"{real:.3f}" + (f" {'+' if imaginary > 0 else '-'} {abs(imaginary):.3f} i" if imaginary else "")
                    for real, imaginary in point.eigenvalues
                ),
                "" if point.basin is None else f"{100 * point.basin:.0f} %",
            )
            for point in dynamics.fixed_points
        ),
        note="Found by Newton's method from many states; longer cycles are not sought. Eigenvalues of a cycle are "
        "those of two steps. Basin: the share of starting states that end there.",
        folded=True,
    )


def _laws_table(dynamics: Dynamics) -> Table:
    return Table(
        title="The counting law of each net",
        header=(
            "net", "λa", "λb", f"|λa| |λb|{_power(dynamics.ratio)}", "d∞", f"d({dynamics.trained_length})",
            "first failure, predicted", "measured",
        ),
        rows=tuple(_law_row(law, tested=dynamics.tested_length) for law in dynamics.compared),
        note="The exact nets with the structure of the law. d: distance from the saddle, along the direction in which "
        f"it repels, after the first b: in the limit of many a's, and after {dynamics.trained_length}.",
        folded=True,
    )  # fmt: skip


def _law_row(law: CountingLaw, *, tested: int) -> tuple[str, ...]:
    numbers = [law.contraction, law.expansion, law.product]
    offsets = [law.limit, law.offset]
    return (
        str(law.net + 1),
        *(f"{number:.3f}" for number in numbers if number is not None),
        *(f"{offset:.4f}" for offset in offsets if offset is not None),
        *(f"none to {tested}" if n is None else str(n) for n in (law.predicted, law.measured)),
    )


def _range(values: Sequence[float]) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low} to {high}"


def _power(ratio: int | None) -> str:
    return "" if ratio in (None, 1) else "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(ratio))
