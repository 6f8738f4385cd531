"""The waist: what an experiment found, as plain numbers and arrays.

What computes fills a Result, what shows reads it, and neither knows the other. A Result is written to `result.json`
field by field (arrays beside it, in `arrays.npz`), and read back without torch.
"""

from kuzushi.results.characters import (
    CharactersResult,
    CharactersSummary,
    ConfusedPair,
    DataSummary,
    EpochScore,
    LayerParameters,
    ParameterTable,
    TrainedSeed,
)
from kuzushi.results.checkerboard import (
    Activations,
    CheckerboardResult,
    EnsembleScore,
    NearestDesign,
    ShownPerceptron,
    SigmoidScale,
    Solution,
    Solutions,
    Width,
    WidthsResult,
)
from kuzushi.results.common import SCHEMA, Arrays, Interval, Matrix, Provenance, Vector
from kuzushi.results.design import (
    Case,
    Design,
    DesignResult,
    Gap,
    GapsResult,
    MinimalityProof,
    Unit,
    Verdict,
    Weighing,
    WrongPoint,
)
from kuzushi.results.machines import Machine, Transition
from kuzushi.results.sequences import (
    EnsembleLoss,
    SequencesResult,
    ShownRecurrent,
    Step,
)

Result = CharactersResult | CheckerboardResult | WidthsResult | DesignResult | GapsResult | SequencesResult
RESULTS: dict[str, type[Result]] = {
    "characters": CharactersResult,
    "checkerboard": CheckerboardResult,
    "widths": WidthsResult,
    "design": DesignResult,
    "gaps": GapsResult,
    "sequences": SequencesResult,
}

__all__ = [
    "RESULTS",
    "SCHEMA",
    "Activations",
    "Arrays",
    "Case",
    "CharactersResult",
    "CharactersSummary",
    "CheckerboardResult",
    "ConfusedPair",
    "DataSummary",
    "Design",
    "DesignResult",
    "EnsembleLoss",
    "EnsembleScore",
    "EpochScore",
    "Gap",
    "GapsResult",
    "Interval",
    "LayerParameters",
    "Machine",
    "Matrix",
    "MinimalityProof",
    "NearestDesign",
    "ParameterTable",
    "Provenance",
    "Result",
    "SequencesResult",
    "ShownPerceptron",
    "ShownRecurrent",
    "SigmoidScale",
    "Solution",
    "Solutions",
    "Step",
    "TrainedSeed",
    "Transition",
    "Unit",
    "Vector",
    "Verdict",
    "Weighing",
    "Width",
    "WidthsResult",
    "WrongPoint",
]
