"""The commands that judge nets, prove claims, and check proofs."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import tyro

from kuzushi.cli.terminal import print_message, print_result
from kuzushi.core.errors import KuzushiError
from kuzushi.perceptrons.configs import Act
from kuzushi.perceptrons.results import DesignResult
from kuzushi.sequences.results import SequencesResult


def verify(
    weights: Annotated[str, tyro.conf.Positional],
    data: str = "board",
    act: Act | None = None,
    scale: float = 1.0,
    seconds: float = 10.0,
    json: bool = False,
) -> None:
    """Judge one net: where it is right, with what margin, and how far from minimal; exit with 0 only if it is right.

    Args:
        weights: A JSON file of weights; or report, report-trained.
        data: board, xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target.
        act: The hidden units: sig, tanh or step; by default those that the file names.
        scale: A factor on all weights and biases.
        seconds: Time limit of the search for the fewest step units; 0 skips it.
        json: Print the verdict as JSON on standard output, and nothing else.
    """
    from kuzushi.core.result_files import json_object
    from kuzushi.perceptrons.grade import grade as judge
    from kuzushi.perceptrons.section.grade import text

    verdict = judge(weights, data=data, act=act, scale=scale, seconds=seconds)
    print_result(json_object(dataclasses.asdict(verdict)).decode() if json else text(verdict))
    if not verdict.passed:
        sys.exit(1)


def certify(
    run: Annotated[Path, tyro.conf.Positional],
    net: int | None = None,
    as_trained: bool = False,
    longest: int = 1000,
) -> None:
    """Prove that a trained net counts in every endless stream, and save the certificates in its run.

    Each proof names its arithmetic: float32 where it reaches, float64, exact. The exit code is 0 only if one reaches
    --longest. A net that fails gets the shortest failing stream found.

    Args:
        run: A folder made by kuzushi sequences --out.
        net: The number of the net, counted from 1; by default the one in the figures.
        as_trained: Certify an LSTM as it was trained, not snapped; an SRN is never snapped.
        longest: The largest n to try.
    """
    from kuzushi.experiments import load
    from kuzushi.sequences.certificates.files import write_certified
    from kuzushi.sequences.certificates.prove import prove_run
    from kuzushi.sequences.section.certificates import certified_text

    result = load(run)
    if not isinstance(result, SequencesResult):
        raise KuzushiError(f"{run}: holds a run of kuzushi {result.subject}; give one of kuzushi sequences")
    if longest < 1:
        raise KuzushiError(f"--longest {longest}: must be a whole number of at least 1")
    certified = prove_run(
        result, net=None if net is None else net - 1, longest=longest,
        snapped=result.model == "lstm" and not as_trained,
    )  # fmt: skip
    print_result(certified_text(certified))
    print_message(f"certificate in {write_certified(run, certified)}; kuzushi check {run} checks it")
    if certified.certification.proved("exact") < longest:
        sys.exit(1)


def check(runs: Annotated[tuple[Path, ...], tyro.conf.Positional]) -> None:
    """Check the proofs in finished runs, with code that did not find them.

    Args:
        runs: Folders made by kuzushi design --out, or by kuzushi sequences --out and then kuzushi certify.
    """
    from kuzushi.experiments import load

    if not runs:
        raise KuzushiError("check: no runs given; name one or more folders made with --out")
    for folder in runs:
        result = load(folder)
        if isinstance(result, DesignResult):
            _check_design(folder, result)
        elif isinstance(result, SequencesResult):
            _check_certificates(folder, result)
        else:
            raise KuzushiError(f"{folder}: holds a run of kuzushi {result.subject}, which has no proof")


def _check_design(folder: Path, result: DesignResult) -> None:
    from kuzushi.proofs.step_net_claims import check_claims

    check_claims(
        result.proof, result.designs, lower=result.lower, upper=result.upper, impossible=result.impossible,
        realisable=result.realisable,
    )  # fmt: skip
    print_result(
        f"{folder}: the proof holds: no step net of fewer than {result.lower} hidden units is right on all "
        f"{len(result.proof.points)} points of {result.config.data}"
    )


def _check_certificates(folder: Path, result: SequencesResult) -> None:
    from kuzushi.sequences.certificates.files import check_certified, load_certified
    from kuzushi.sequences.section.certificates import certified_text

    certificates = load_certified(folder)
    if not certificates:
        raise KuzushiError(f"{folder}: holds no certificate; make one with kuzushi certify {folder}")
    for path, certified in certificates:
        check_certified(certified, result)
        print_result(f"{path.name}: the proof holds: {certified_text(certified)}")
