"""Counter machines of the languages, written by hand: the expected results of extraction."""

from kuzushi.sequences.counter_results import Change, CounterMachine, CounterTransition, Guard


def machine(symbols, counters, arrows):
    """Return a machine from lines such as "b b B>0 B-1 C+3": source, symbol (also the target), tests, changes."""
    transitions = []
    for line in arrows:
        source, symbol, *rest = line.split()
        tests = [item for item in rest if item[1:] in ("=0", ">0")]
        changes = [item for item in rest if item not in tests]
        transitions.append(
            CounterTransition(
                source=source,
                symbol=symbol,
                guards=tuple(Guard(counter=test[0], positive=test[1] == ">") for test in tests),
                target=symbol,
                changes=tuple(
                    Change(counter=text[0], by=int(text[1:].removeprefix(":=")), sets=":=" in text) for text in changes
                ),
            )
        )
    return CounterMachine(
        symbols=symbols, states=("start", *symbols), counters=counters, start="start", transitions=tuple(transitions)
    )


ANBN = machine(("a", "b"), ("B",), ["start a B+1", "a a B+1", "a b B-1", "b b B>0 B-1", "b a B=0 B+1"])
ANB2N = machine(("a", "b"), ("B",), ["start a B+2", "a a B+2", "a b B-1", "b b B>0 B-1", "b a B=0 B+2"])
ANBNCN = machine(
    ("a", "b", "c"),
    ("B", "C"),
    [
        "start a B+1 C+1", "a a B+1 C+1", "a b B-1", "b b B>0 B-1", "b c B=0 C-1", "c c C>0 C-1", "c a C=0 B+1 C+1",
    ],
)  # fmt: skip
ANB2NC3N = machine(
    ("a", "b", "c"),
    ("B", "C"),
    [
        "start a B+2 C+3", "a a B+2 C+3", "a b B-1", "b b B>0 B-1", "b c B=0 C-1", "c c C>0 C-1", "c a C=0 B+2 C+3",
    ],
)  # fmt: skip
ANB2NC3N_BY_BS = machine(
    ("a", "b", "c"),
    ("B", "C"),
    [
        "start a B+2", "a a B+2", "a b B-1 C+3", "b b B>0 B-1 C+3", "b c B=0 C-2", "c c C>0 C-2", "c a C=0 B:=2 C:=0",
    ],
)  # fmt: skip
"""The same language, with the c's counted from the b's."""
MACHINES = {"anbn": ANBN, "anb2n": ANB2N, "anbncn": ANBNCN, "anb2nc3n": ANB2NC3N}
