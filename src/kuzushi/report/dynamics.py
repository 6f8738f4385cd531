"""How an SRN counts, in words and tables: fixed points, the counting law, and what the study says of its states."""

from collections import Counter
from collections.abc import Sequence

from kuzushi.report.sections import Table
from kuzushi.results.dynamics import ClaimName, CountingLaw, Dynamics, FixedPoint, Lacking, StudyClaim

SAID: dict[ClaimName, str] = {
    "returns": "When the last B input is finished, the network state will return to initial state",
    "reset": "here the network and its memory has been reset",
    "certain": "Except the first B input, the following input B should be predicted with a high probability",
    "surer": "the more A appears, the less predicted probability of A and the more likely B",
    "closer": "With each state counts, the hidden unit activations is one step closer to the initial state",
}
"""The study's words, in its order of thought."""
LACKS: dict[Lacking, str] = {
    "attractor": "in {} no stable point or cycle of two is found for the a's",
    "saddle": "in {} no saddle is found for the b's",
    "real eigenvalues": "in {} the a's turn around their stable point",
}


METHOD = (
    "How can an SRN count? Each symbol moves the hidden state by a map of its own. Near a state that the map leaves "
    "where it is, a fixed point, each symbol multiplies distances by a factor, an eigenvalue. Rodriguez, Wiles and "
    "Elman (1999) found nets in which the a's draw the state to a stable fixed point by a factor λa each, so that the "
    "distance left over tells how many there were, and the b's drive it away from a saddle by a factor λb each, until "
    "it is far enough and the string is over. Such a net counts aⁿbᵏⁿ without end only if |λa| |λb|ᵏ = 1, and if the "
    "first b after ever more a's leads to where the saddle draws in."
)
"""What the paragraphs on nets that count take for granted."""


def paragraphs(dynamics: Dynamics) -> tuple[str, ...]:
    """How the SRNs of one ensemble count; nothing where their language is not one of a's and b's."""
    if dynamics.ratio is None:
        return ()
    return (_structure(dynamics), *_law(dynamics), *_claims(dynamics))


def tables(dynamics: Dynamics) -> tuple[Table, ...]:
    """What the study says beside what was measured, the fixed points of the shown net, and the law of every net."""
    claims = (_claims_table(dynamics),) if dynamics.claims else ()
    laws = (_laws_table(dynamics),) if dynamics.compared else ()
    points = (_points_table(dynamics),) if dynamics.fixed_points else ()
    return (*claims, *points, *laws)


def _structure(dynamics: Dynamics) -> str:
    exact, compared = dynamics.exact_nets, dynamics.compared
    lacking = Counter(law.lacking for law in exact if law.lacking is not None)
    others = ", ".join(text.format(lacking[what]) for what, text in LACKS.items() if lacking[what])
    shown = next(law for law in dynamics.laws if law.net == dynamics.net)
    of_shown = (
        f"Net {dynamics.net + 1}, which is shown, is {'one of them' if shown.lacking is None else 'not one of them'}."
        if shown in exact
        else f"Net {dynamics.net + 1}, which is shown, is not exact."
    )
    return (
        f"Of the {_nets(len(exact))} that are exact up to n = {dynamics.trained_length}, {len(compared)} have what "
        "the counting law of Rodriguez, Wiles and Elman (1999) takes, a stable point for the a's and a saddle for the "
        f"b's.{f' The others must count in another way: {others}.' if others else ''} {of_shown}"
    )


def _law(dynamics: Dynamics) -> tuple[str, ...]:
    compared = dynamics.compared
    if not compared:
        return ()
    contraction, expansion, product = (
        _range([abs(getattr(law, name)) for law in compared]) for name in ("contraction", "expansion", "product")
    )
    swinging = sum((law.contraction or 0) < 0 for law in compared)
    rank = "" if dynamics.rank_correlation is None else f" The rank correlation is {dynamics.rank_correlation:.2f}."
    return (
        f"In these {_nets(len(compared))} |λa| is {contraction}, |λb| {expansion} and |λa| |λb|{_power(dynamics.ratio)}"
        f" {product}; in {swinging} the a-states alternate between two sides (λa < 0).",
        "From these numbers, and from strings no longer than those trained, the first n that fails can be foretold: "
        f"right for {dynamics.predicted_exactly} of {len(compared)}, and off by at most one for "
        f"{dynamics.predicted_within_one}.{rank} Always to say the commonest first failure of these nets would be "
        f"right for {dynamics.commonest}.",
    )


def _claims(dynamics: Dynamics) -> tuple[str, ...]:
    if not dynamics.claims:
        return ()
    true = sum(claim.borne_out for claim in dynamics.claims)
    return (
        f"What the study says of the states of its SRN can be measured: of {len(dynamics.claims)} statements {true} "
        f"are borne out by net {dynamics.net + 1}.",
    )


def _claims_table(dynamics: Dynamics) -> Table:
    return Table(
        title="What the study says of the states of its SRN",
        header=("the study", f"measured on net {dynamics.net + 1}", "borne out", "true of exact nets"),
        rows=tuple(
            (
                SAID[claim.name],
                measured(claim),
                "yes" if claim.borne_out else "no",
                f"{claim.holds} / {claim.exact}",
            )
            for claim in dynamics.claims
        ),
        note=f"On the strings n = 1 to {dynamics.trained_length}, each read from the initial state. Distances are in "
        "units of the mean distance between two states of the net.",
    )


def measured(claim: StudyClaim) -> str:
    """What was measured of a claim, and when it counts as borne out, in words."""
    if claim.name == "returns":
        mean, most = claim.measured
        return (
            f"distance of the state after the last b from the initial one: mean {mean:.2f}, largest {most:.2f}; borne "
            "out if it is nearer to no other state"
        )
    if claim.name == "reset":
        mean, most = claim.measured
        return (
            f"distance between the states after the last b of different n: mean {mean:.2f}, largest {most:.2f}; borne "
            "out if each is nearer to all of these than to any other state"
        )
    if claim.name == "certain":
        least, mean = claim.measured
        return f"probability of a due b after a b: least {least:.2f}, mean {mean:.2f}; borne out from 0.9 on"
    if claim.name == "surer":
        each = ", ".join(f"{value:.2f}" for value in claim.measured)
        return f"probability of b after 1, 2, ... a's: {each}; borne out if it always rises"
    nearer, steps = (int(value) for value in claim.measured)
    return (
        f"b's after the first that bring the state closer to the initial one: {nearer} of {steps}; borne out if all do"
    )


def _points_table(dynamics: Dynamics) -> Table:
    return Table(
        title=f"Fixed points and cycles of two of net {dynamics.net + 1}",
        header=("symbol", "kind", "states", "eigenvalues", "basin"),
        rows=tuple(
            (
                point.symbol,
                kind(point),
                " ↔ ".join(f"({', '.join(f'{x:.2f}' for x in place)})" for place in point.points),
                ", ".join(
                    f"{real:.3f}" + (f" {'+' if imaginary > 0 else '-'} {abs(imaginary):.3f} i" if imaginary else "")
                    for real, imaginary in point.eigenvalues
                ),
                "" if point.basin is None else f"{100 * point.basin:.0f} %",
            )
            for point in dynamics.fixed_points
        ),
        note="Those found by Newton's method from many states; longer cycles are not sought. Of a cycle the "
        "eigenvalues are those of two steps. The basin is the share of starting states that ends there.",
        folded=True,
    )


def kind(point: FixedPoint) -> str:
    """What a fixed point or cycle does to the states near it."""
    stability = "stable" if point.stable else "saddle" if point.saddle else "unstable"
    return f"{stability}, {'fixed point' if point.period == 1 else 'cycle of two'}"


def _laws_table(dynamics: Dynamics) -> Table:
    return Table(
        title="The counting law of each net",
        header=(
            "net", "λa", "λb", f"|λa| |λb|{_power(dynamics.ratio)}", "d∞", f"d({dynamics.trained_length})",
            "first failure, foretold", "measured",
        ),
        rows=tuple(_law_row(law, tested=dynamics.tested_length) for law in dynamics.compared),
        note="The nets that are exact and count in this way. d is how far beside the saddle, along the direction in "
        f"which it drives states away, the first b leads: after ever more a's, and after {dynamics.trained_length}.",
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


def _nets(count: int) -> str:
    return f"{count} net{'' if count == 1 else 's'}"
