"""The waist: what an experiment found, as plain numbers and arrays.

What computes fills a Result, what shows reads it, and neither knows the other. A Result is written to `result.json`
field by field (arrays beside it, in `arrays.npz`), and read back without torch.
"""

from kuzushi.results.calibration import Calibration, ReliabilityBin
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
from kuzushi.results.classification import Classification, ClassProbability, ReadImage
from kuzushi.results.common import SCHEMA, Arrays, Interval, Matrix, Provenance, Vector
from kuzushi.results.comparison import (
    AlwaysWrong,
    ComparedNet,
    ComparisonResult,
    ConfusedImage,
    Form,
    Hardness,
    Kind,
    McNemar,
    Neighbour,
    PairedComparison,
    PairForms,
    PairHardness,
    Tested,
)
from kuzushi.results.datasets import DataFile, FileState, ImageSet
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
from kuzushi.results.export import Exported
from kuzushi.results.housekeeping import Cleaning, KeptRun, RunState
from kuzushi.results.machines import Machine, Transition
from kuzushi.results.sequences import (
    EnsembleLoss,
    SequencesResult,
    ShownRecurrent,
    Step,
)
from kuzushi.results.sweep import CellMean, Measure, Quartiles, Setting, SweepCell, SweepResult, SweptAxis, SweptPair
from kuzushi.results.width_search import SearchedWidth, WidthScore, WidthSearchResult

Result = (
    CharactersResult
    | ComparisonResult
    | WidthSearchResult
    | CheckerboardResult
    | WidthsResult
    | DesignResult
    | GapsResult
    | SequencesResult
    | SweepResult
)
RESULTS: dict[str, type[Result]] = {
    "characters": CharactersResult,
    "compare": ComparisonResult,
    "width-search": WidthSearchResult,
    "checkerboard": CheckerboardResult,
    "widths": WidthsResult,
    "design": DesignResult,
    "gaps": GapsResult,
    "sequences": SequencesResult,
    "sweep": SweepResult,
}

__all__ = [
    "RESULTS",
    "SCHEMA",
    "Activations",
    "AlwaysWrong",
    "Arrays",
    "Calibration",
    "Case",
    "CellMean",
    "CharactersResult",
    "CharactersSummary",
    "CheckerboardResult",
    "ClassProbability",
    "Classification",
    "Cleaning",
    "ComparedNet",
    "ComparisonResult",
    "ConfusedImage",
    "ConfusedPair",
    "DataFile",
    "DataSummary",
    "Design",
    "DesignResult",
    "EnsembleLoss",
    "EnsembleScore",
    "EpochScore",
    "Exported",
    "FileState",
    "Form",
    "Gap",
    "GapsResult",
    "Hardness",
    "ImageSet",
    "Interval",
    "KeptRun",
    "Kind",
    "LayerParameters",
    "Machine",
    "Matrix",
    "McNemar",
    "Measure",
    "MinimalityProof",
    "NearestDesign",
    "Neighbour",
    "PairForms",
    "PairHardness",
    "PairedComparison",
    "ParameterTable",
    "Provenance",
    "Quartiles",
    "ReadImage",
    "ReliabilityBin",
    "Result",
    "RunState",
    "SearchedWidth",
    "SequencesResult",
    "Setting",
    "ShownPerceptron",
    "ShownRecurrent",
    "SigmoidScale",
    "Solution",
    "Solutions",
    "Step",
    "SweepCell",
    "SweepResult",
    "SweptAxis",
    "SweptPair",
    "Tested",
    "TrainedSeed",
    "Transition",
    "Unit",
    "Vector",
    "Verdict",
    "Weighing",
    "Width",
    "WidthScore",
    "WidthSearchResult",
    "WidthsResult",
    "WrongPoint",
]
