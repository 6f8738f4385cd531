"""The smallest state machine of a language: what a net has to know, and no more."""

from itertools import pairwise

from automata.fa.dfa import DFA

from kuzushi.data.brackets import Brackets
from kuzushi.data.grammars import Grammar
from kuzushi.data.languages import Language, spelled
from kuzushi.results import Machine, Transition


def smallest_machine(language: Language, *, longest: int) -> Machine:
    """The smallest machine that can follow streams of the strings with n <= `longest`.

    A language that counts has no finite machine unless it is cut. Cut at N, a^n b^n needs 2N states, a^n b^2n 3N,
    a^n b^n c^n (N+1)(N+2)/2, a^n b^2n c^3n N^2+4N+1, and Dyck-1 N+2. A grammar is such a machine itself, and is not
    cut.
    """
    if isinstance(language, Grammar):
        arrows = tuple(Transition(source=node, symbol=symbol, target=to) for node, symbol, to in language.arrows)
        return Machine(longest=None, states=language.states(longest), start="end", transitions=arrows)
    if isinstance(language, Brackets):
        return _chain(language, longest)
    streams, states = language.alone(longest), language.states(longest)
    strings = spelled(language, streams)
    label = {"": "end"}  # of every prefix
    for string, places in zip(strings, streams.state.tolist(), strict=True):
        label |= {string[: i + 1]: states[places[i]] for i in range(len(string) - 1)}
    machine = _prefix_machine(strings).minify(retain_names=True)
    name = {}
    for prefixes in machine.states:
        # What is merged has one future, and so one label: unpacking fails if the labels know more or less than that.
        (name[prefixes],) = {label[prefix] for prefix in prefixes}
    transitions = [
        Transition(source=name[source], symbol=symbol, target=name[target])
        for source, arrows in machine.transitions.items()
        for symbol, target in arrows.items()
    ]
    transitions.sort(key=lambda arrow: (states.index(arrow.source), arrow.symbol))
    return Machine(longest=longest, states=states, start=name[machine.initial_state], transitions=tuple(transitions))


def _chain(language: Brackets, longest: int) -> Machine:
    """One step up for a bracket that opens, one down for one that closes, and an end where none is open."""
    end, *depths = states = language.states(longest)
    ups = tuple(Transition(source=low, symbol="(", target=high) for low, high in pairwise(depths))
    downs = tuple(Transition(source=arrow.target, symbol=")", target=arrow.source) for arrow in ups)
    first = Transition(source=end, symbol="(", target=depths[1])
    last = Transition(source=depths[0], symbol=".", target=end)
    return Machine(longest=longest, states=states, start=end, transitions=(first, last, *ups, *downs))


def _prefix_machine(strings: tuple[str, ...]) -> DFA:
    """The machine that accepts every prefix of a stream of these strings: a tree whose leaves are its root."""
    transitions: dict[str, dict[str, str]] = {"": {}}
    for string in strings:
        for i, symbol in enumerate(string):
            read = string[: i + 1]
            target = "" if read == string else read
            transitions[string[:i]][symbol] = target
            transitions.setdefault(target, {})
    return DFA(
        states=set(transitions),
        input_symbols=set("".join(strings)),
        transitions=transitions,
        initial_state="",
        final_states=set(transitions),
        allow_partial=True,
    )
