"""Failures by phase: SRNs and LSTMs on one counting language, and the phase in which their strings fail.

The whole experiment is in this file, as an example of how to add one: settings, result, run, text and section.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from kuzushi.core.configs import Device, at_least, at_most, check_seed
from kuzushi.core.errors import ConfigError
from kuzushi.core.results import SCHEMA, Arrays, Interval, Provenance
from kuzushi.sequences.configs import LONGEST_TESTED, LONGEST_TRAINED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kuzushi.core.journal import Journal
    from kuzushi.core.sections import Section, Table
    from kuzushi.sequences.languages.counting import Counting
    from kuzushi.sequences.nets import LSTM, SRN

Model = Literal["srn", "lstm"]
MODELS: dict[Model, str] = {"srn": "SRN", "lstm": "LSTM"}
END = "end"
"""The phase after the last symbol of a string, where the first symbol of the next one must be predicted."""


@dataclass(frozen=True, kw_only=True)
class PhasesConfig:
    """Train SRNs and LSTMs on a counting language, and count in which phase of a string they fail."""

    subject: ClassVar[str] = "phases"

    lang: str = "anb2nc3n"
    """anbn, anb2n, anbncn, anb2nc3n, or letters with their ratios such as a2b3."""
    hid: int = 3
    """Hidden units."""
    length: int = 8
    """The largest n of the training strings."""
    test_length: int = 12
    """The largest n of the test strings."""
    nets: int = 32
    """Nets of each kind."""
    updates: int | None = None
    """Weight updates; by default those of the preset fast."""
    seed: int = 0
    """Seed of weights and strings."""
    device: Device = "auto"
    """auto uses the GPU where there is one."""

    def __post_init__(self) -> None:
        at_least(1, hid=self.hid, length=self.length, nets=self.nets, test_length=self.test_length)
        at_most(LONGEST_TRAINED, length=self.length)
        at_most(LONGEST_TESTED, test_length=self.test_length)
        check_seed(self.seed)
        if self.updates is not None:
            at_least(1, updates=self.updates)


@dataclass(frozen=True, kw_only=True)
class ModelFailures:
    """The test strings of all nets of one kind: one string per net and n, read from the initial state."""

    model: Model
    strings: int
    right: int
    right_interval: Interval
    failures: tuple[int, ...]
    """Strings whose first wrong prediction is in each of the phases."""


@dataclass(frozen=True, kw_only=True)
class PhasesResult:
    """The failures of SRNs and LSTMs by phase.

    weights: MODEL.NAME, of all nets, by their names in the model.
    """

    config: PhasesConfig
    data_sha256: str
    phases: tuple[str, ...]
    """The symbol that must be predicted, or "end"; the first symbol's own phase is never determined."""
    models: tuple[ModelFailures, ...]
    seconds: float
    provenance: Provenance
    subject: Literal["phases"] = "phases"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)

    @property
    def data_name(self) -> str:
        """The name of its data on a page."""
        return f"{self.config.lang} up to n = {self.config.test_length}"


# --- run ------------------------------------------------------------------------------------------------------


def run(config: PhasesConfig, *, journal: "Journal") -> PhasesResult:
    """Train both kinds of nets with the preset fast, and count their failures by phase.

    Raises:
        ConfigError: if the language does not count, or the device is missing.
    """
    import torch

    from kuzushi.core.device import one_thread, select_device
    from kuzushi.core.provenance import provenance
    from kuzushi.sequences.configs import SequencesConfig
    from kuzushi.sequences.experiment import strings_sha256
    from kuzushi.sequences.languages import get_language
    from kuzushi.sequences.languages.counting import Counting
    from kuzushi.sequences.train import train

    language = get_language(config.lang)
    if not isinstance(language, Counting):
        raise ConfigError(f"--lang {config.lang}: has no phases; give a language that counts, such as anb2nc3n")
    with one_thread():
        device = select_device(config.device)
        made = provenance(config, device=str(device), threads=torch.get_num_threads())
        fingerprint = strings_sha256(language, config.test_length)
        journal.begin(config, made, fingerprint)
        found, seconds = [], 0.0
        weights: Arrays = {}
        for model in MODELS:
            settings = SequencesConfig(
                lang=config.lang, model=model, hid=config.hid, length=config.length,
                test_length=max(config.length, config.test_length), nets=config.nets, updates=config.updates,
                seed=config.seed,
            )  # fmt: skip
            nets, history = train(settings, language, device=device, journal=journal, stage=model)
            found.append(failures(model, nets, language, longest=config.test_length))
            weights |= {f"{model}.{name}": value.cpu().numpy() for name, value in nets.weights().items()}
            seconds += history.seconds
    return PhasesResult(
        config=config, data_sha256=fingerprint, phases=(*language.symbols[1:], END), models=tuple(found),
        seconds=seconds, provenance=made, weights=weights,
    )  # fmt: skip


def failures(model: Model, nets: "SRN | LSTM", language: "Counting", *, longest: int) -> ModelFailures:
    """Count the strings with n = 1..longest by the phase of their first wrong prediction, over all nets."""
    import torch

    from kuzushi.core.statistics import wilson
    from kuzushi.sequences.score import right

    streams = language.alone(longest).to(nets.bias.device)
    with torch.no_grad():
        correct = right(nets(streams.symbols).logits, legal=streams.legal, scored=streams.scored)  # (nets, n, time)
    failed = ~correct.all(2)  # (nets, n)
    first = (~correct).int().argmax(2)  # (nets, n)
    expected = streams.following.expand_as(correct).gather(2, first[..., None])[..., 0]  # the first symbol at the end
    counts = torch.bincount(expected[failed], minlength=len(language.symbols)).tolist()
    strings, wrong = failed.numel(), int(failed.sum())
    return ModelFailures(
        model=model, strings=strings, right=strings - wrong, right_interval=wilson(strings - wrong, strings),
        failures=(*counts[1:], counts[0]),
    )  # fmt: skip


# --- show -----------------------------------------------------------------------------------------------------


def text(result: PhasesResult) -> str:
    """Return the text for the terminal."""
    from kuzushi.core.sections import columns

    return f"{_answer(result)}\n\n{columns(_table(result))}"


def section(results: Sequence[PhasesResult]) -> "Section":
    """Return the section of the page."""
    from kuzushi.core.figure_style import Drawn, new_figure
    from kuzushi.core.sections import Section, provenance_table

    figures = []
    for number, result in enumerate(results, start=1):
        figure = new_figure(7, 2.4)
        draw_failures(figure.subplots(), result)
        figures.append(
            Drawn(
                name=f"{number}-failures-by-phase",
                figure=figure,
                caption=f"Strings of {result.data_name} by their first wrong prediction.",
                alternative=_answer(result),
            )
        )
    return Section(
        name="phases",
        title="Phases",
        question="In which phase of a string does a net lose count?",
        answer=tuple(map(_answer, results)),
        tables=tuple(map(_table, results)),
        figures=tuple(figures),
        runs=provenance_table(results),
    )


def draw_failures(ax: "Axes", result: PhasesResult) -> None:
    """Draw a bar for each kind of net: the share of right strings, then of failures in each phase."""
    from kuzushi.core.figure_style import BLUE, GREEN, ORANGE, PURPLE, RED, SKY

    colours = (BLUE, ORANGE, RED, PURPLE, SKY)
    names = [MODELS[each.model] for each in result.models]
    left = [0.0] * len(names)
    shares = [("right", GREEN, [each.right for each in result.models])]
    shares += [
        (f"fails at {phase}", colours[k % len(colours)], [each.failures[k] for each in result.models])
        for k, phase in enumerate(result.phases)
    ]
    for label, colour, counts in shares:
        widths = [100 * count / each.strings for count, each in zip(counts, result.models, strict=True)]
        ax.barh(names, widths, left=left, color=colour, label=label)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    ax.invert_yaxis()
    ax.set(xlabel="strings (%)", xlim=(0, 100))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.35), ncols=len(shares), frameon=False)
    ax.spines[["top", "right"]].set_visible(False)


def _answer(result: PhasesResult) -> str:
    """Return a sentence on each kind of net."""
    from kuzushi.core.sections import between

    config = result.config
    parts = []
    for each in result.models:
        worst = max(range(len(result.phases)), key=lambda k: each.failures[k])
        most = f"; most failures at {result.phases[worst]}" if each.right < each.strings else ""
        parts.append(f"{MODELS[each.model]}s {between(each.right_interval)} right{most}")
    return (
        f"Strings of {config.lang} with n up to {config.test_length}, read by {config.nets} nets of each kind with "
        f"{config.hid} hidden units, trained up to n = {config.length}: {', '.join(parts)}."
    )


def _table(result: PhasesResult) -> "Table":
    from kuzushi.core.sections import Table

    return Table(
        title=f"Strings of {result.data_name} by their first wrong prediction",
        header=("nets", "strings", "right", *(f"fails at {phase}" for phase in result.phases)),
        rows=tuple(
            (MODELS[each.model], f"{each.strings:,}", f"{each.right:,}", *(f"{count:,}" for count in each.failures))
            for each in result.models
        ),
        note="A string fails at b if b was expected and another symbol was more probable; at the end if it goes on.",
    )
