"""The commands that judge, prove, and check proofs."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import tyro

from kuzushi import configs
from kuzushi.errors import KuzushiError
from kuzushi.results import DesignResult, SequencesResult
from kuzushi.terminal import say, write


def verify(
    weights: Annotated[str, tyro.conf.Positional],
    data: str = "board",
    act: configs.Act | None = None,
    scale: float = 1.0,
    seconds: float = 10.0,
    json: bool = False,
) -> None:
    """Say where one given net is right, with what margin, and how far from minimal it is; exit with 0 only if it is.

    Args:
        weights: A JSON file of weights; or report, report-trained.
        data: board, xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target.
        act: The hidden units: sig, tanh or step; what the weights were made for unless given.
        scale: A factor on all weights and biases.
        seconds: Of search for the fewest step units that would do; 0 leaves it out.
        json: Print the verdict as JSON on standard output, and nothing else there.
    """
    from kuzushi.experiments.verify import verify as judge
    from kuzushi.report.verify import text
    from kuzushi.runs import json_lines

    verdict = judge(weights, data=data, act=act, scale=scale, seconds=seconds)
    write(json_lines(dataclasses.asdict(verdict)).decode() if json else text(verdict))
    if not verdict.passed:
        sys.exit(1)


def certify(
    run: Annotated[Path, tyro.conf.Positional],
    net: int | None = None,
    as_trained: bool = False,
    longest: int = 1000,
) -> None:
    """Prove that a trained net counts in every endless stream, and keep the certificate in its run.

    The exit code is 0 only if the proof reaches --longest. A net that fails gets the shortest failing stream found.

    Args:
        run: A folder made by kuzushi sequences --out.
        net: Which net, counted from 1; the one that is shown unless given.
        as_trained: Take an LSTM as it was trained, rather than snapped; an SRN always is.
        longest: The largest n of the strings that is tried.
    """
    from kuzushi.experiments.certify import certify as prove
    from kuzushi.report.certainty import certified_text
    from kuzushi.runs import load, write_certified

    result = load(run)
    if not isinstance(result, SequencesResult):
        raise KuzushiError(f"{run}: holds a run of kuzushi {result.subject}; give one of kuzushi sequences")
    if longest < 1:
        raise KuzushiError(f"--longest {longest}: must be a whole number of at least 1")
    certified = prove(
        result, net=None if net is None else net - 1, longest=longest,
        snapped=result.model == "lstm" and not as_trained,
    )  # fmt: skip
    write(certified_text(certified))
    say(f"certificate in {write_certified(run, certified)}; kuzushi check {run} checks it again")
    certificate = certified.certification.certificate
    if certificate is None or certificate.longest < longest:
        sys.exit(1)


def check(runs: Annotated[tuple[Path, ...], tyro.conf.Positional]) -> None:
    """Check the proofs in finished runs again, by code that did not find them.

    Args:
        runs: Folders made by kuzushi design --out, or by kuzushi sequences --out and then kuzushi certify.
    """
    from kuzushi.runs import load

    if not runs:
        raise KuzushiError("check: no runs given; name one or more folders made with --out")
    for folder in runs:
        result = load(folder)
        if isinstance(result, DesignResult):
            _check_design(folder, result)
        elif isinstance(result, SequencesResult):
            _check_certificates(folder, result)
        else:
            raise KuzushiError(f"{folder}: holds a run of kuzushi {result.subject}, which keeps no proof")


def _check_design(folder: Path, result: DesignResult) -> None:
    from kuzushi.proofs.claims import check_claims

    check_claims(
        result.proof, result.designs, lower=result.lower, upper=result.upper, impossible=result.impossible,
        realisable=result.realisable,
    )  # fmt: skip
    write(
        f"{folder}: the proof holds: no step net of fewer than {result.lower} hidden units is right on all "
        f"{len(result.proof.points)} points of {result.config.data}"
    )


def _check_certificates(folder: Path, result: SequencesResult) -> None:
    from kuzushi.proofs.runs import check_certified
    from kuzushi.report.certainty import certified_text
    from kuzushi.runs import load_certified

    certificates = load_certified(folder)
    if not certificates:
        raise KuzushiError(f"{folder}: holds no certificate; make one with kuzushi certify {folder}")
    for path, certified in certificates:
        check_certified(certified, result)
        write(f"{path.name}: the proof holds: {certified_text(certified)}")
