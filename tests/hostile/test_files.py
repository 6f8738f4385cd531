"""Damaged files are read or refused in one line: without another error, an endless loop, or much memory."""

import gzip
import io
import json
import random
import shutil
import signal
import tarfile
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from kuzushi.characters import experiment as characters
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets import array_files, folder, kkanji, photograph
from kuzushi.core.checkpoints import encode_checkpoint
from kuzushi.core.errors import DataError, KuzushiError
from kuzushi.core.run_folder import RunFolder
from kuzushi.core.training import Evaluation, Plan, fit
from kuzushi.experiments import load
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons import points
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.nets import load_weights
from kuzushi.proofs import certificate as streams
from kuzushi.proofs.errors import ProofError
from kuzushi.sequences import experiment as sequences
from kuzushi.sequences.certificates.files import check_certified, load_certified, write_certified
from kuzushi.sequences.certificates.prove import prove_run
from kuzushi.sequences.configs import SequencesConfig
from memory import Memory
from mutants import in_gzip, in_json, in_npz, in_png, in_safetensors, in_tar, mutated

CPU_SECONDS, SECONDS = 120.0, 600.0
"""Limits for one small file, which ends an endless loop or a wait; reading takes some milliseconds."""
LONGEST_LINE = 700
MAX_SYMBOLS = 2_000
"""Claims about longer strings are not checked here: checking them takes long, as it should."""
MEMORY_FACTOR, MIN_MEMORY = 4, 2**20
"""A damaged file may take this many times the memory of the good one, scaled by its size, or of the minimum."""
CONFIG = CheckerboardConfig(nets=2, epochs=100, data="xor", hid=1)
PLAN = Plan(updates=4, evaluate_every=1, optimiser="adam", learning_rate=0.1)


@dataclass
class Format:
    """Good files of a format, a mutation of its fields, and its reader."""

    good: Sequence[bytes]
    read: Callable[[Path], object]
    path: Path
    inside: Callable[[bytes, random.Random], bytes] = mutated
    declared: Callable[[Path], int] = lambda path: 0
    """Return the bytes that a file declares to unpack to, if they are within the limit."""


@dataclass
class Seen:
    """Statistics of the mutated files."""

    read: int = 0
    refused: int = 0
    largest: float = 0.0
    """Memory, as a multiple of the good file's."""
    wrong: list[str] = field(default_factory=list)


class Endless(BaseException):
    """A file took too long."""


def stop(*_):
    raise Endless


def peak_of(read, path):
    """Read a file; return the peak of memory, and the error or None."""
    tracemalloc.start()
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    error = None
    try:
        read(path)
    except (Exception, Endless) as raised:
        error = raised
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak, error


def fault(error):
    """Return what is wrong with the error of a damaged file; None if nothing is."""
    if error is None:
        return None
    if not isinstance(error, KuzushiError | ProofError):
        return f"{type(error).__name__}: {error}"[:300]
    line = str(error)
    return "not one line: " + line[:300] if "\n" in line or len(line) > LONGEST_LINE else None


def examine(form, *, files, seed):
    """Read so many mutated files."""
    seen, expected = Seen(), []
    for good in form.good:
        form.path.write_bytes(good)
        form.read(form.path)  # loads modules, which takes memory once
        peak, error = peak_of(form.read, form.path)
        assert error is None, error
        expected.append(max(peak, MIN_MEMORY))
    for number in range(files):
        rng = random.Random(f"{seed} {number}")
        index = rng.randrange(len(form.good))
        good = form.good[index]
        content = (form.inside if rng.random() < 0.6 else mutated)(good, rng)
        form.path.write_bytes(content)
        peak, error = peak_of(form.read, form.path)
        allowed = max(expected[index] * max(1, len(content) / len(good)), form.declared(form.path))
        if peak > MEMORY_FACTOR * allowed:  # once more: another thread may have used memory meanwhile
            form.path.write_bytes(content)
            peak, error = peak_of(form.read, form.path)
        used = peak / allowed
        seen.largest = max(seen.largest, used)
        reason = fault(error) or (f"took {used:.1f} times the memory" if used > MEMORY_FACTOR else None)
        if reason is not None:
            seen.wrong.append(f"--file-seed {seed}, file {number}: {reason}")
        seen.read += error is None
        seen.refused += error is not None
    return seen


# --- the files of a run ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def finished(memory):
    """A finished run of each kind of subject."""
    made = {
        "checkerboard": lambda journal: checkerboard.run(CONFIG, journal=journal),
        "characters": lambda journal: characters.run(
            CharactersConfig(net="lin", data="brush:20/20", epochs=1), journal=journal
        ),
        "sequences": lambda journal: sequences.run(
            SequencesConfig(lang="anbn", model="lstm", nets=2, updates=3, test_length=6), journal=journal
        ),
    }
    for name, experiment in made.items():
        with RunFolder(memory / name, every=0) as journal:
            journal.finish(experiment(journal))
    result = load(memory / "sequences")
    write_certified(memory / "sequences", prove_run(result, net=0, snapped=False, longest=3))
    return memory


def of_runs(memory, name, *, inside):
    """The file of this name of every finished run."""
    whole = memory / name
    subjects = ("checkerboard", "characters", "sequences")
    good = [(memory / subject / name).read_bytes() for subject in subjects]
    by_content = dict(zip(good, subjects, strict=True))

    def read(path):
        content = path.read_bytes()
        subject = by_content.get(content) or read.subject
        shutil.copyfile(path, memory / subject / name)
        try:
            load(memory / subject)
        finally:
            (memory / subject / name).write_bytes(good[subjects.index(subject)])

    read.subject = "checkerboard"
    return Format(good, read, whole, inside)


def one_of_runs(memory, subject, name, read, *, inside=in_json):
    """One file of one finished run."""
    path = memory / subject / name
    return Format([path.read_bytes()], lambda _: read(memory / subject), path, inside)


def resume(folder):
    provenance, fingerprint = started_with(folder)
    with RunFolder(folder, resume=True) as journal:
        journal.begin(CONFIG, provenance, fingerprint)


@cache
def started_with(folder):
    result = load(folder)
    return result.provenance, result.data_sha256


def load_checkpoint(folder):
    with RunFolder(folder, resume=True) as journal:
        journal.load("train")


def trained(journal):
    model = nn.ParameterDict({"weight": torch.ones(2, 3), "bias": torch.zeros(2, 1)})
    return fit(
        model, lambda update: (model["weight"].square() + model["bias"]).sum(1),
        lambda mean: Evaluation(metrics={"loss": mean.sum().item()}), PLAN, journal=journal, stage="train",
    )  # fmt: skip


def interrupted():
    """The checkpoint of an interrupted training."""
    journal = Memory(2)
    with pytest.raises(KeyboardInterrupt):
        trained(journal)
    return journal.saved["train"]


def forged(content, rng):
    """A checkpoint with a right hash and changed content."""
    arrays, note = interrupted()
    if rng.random() < 0.5:
        with suppress(RecursionError, ValueError):  # of the mutation itself: the note then stays as it is
            note = json.loads(in_json(json.dumps(note).encode(), rng))
    else:
        name = rng.choice(sorted(arrays))
        array = arrays.pop(name)
        change = rng.randrange(5)
        if change == 0:
            arrays[rng.choice(("model.x", "optimiser.0.step", "optimiser.9.step", "optimiser.a", "", "model"))] = array
        elif change == 1:
            arrays[name] = array.astype(rng.choice(("f2", "f8", "i4", "u1", "c8", "?")))
        elif change == 2:
            arrays[name] = np.zeros(rng.choice(((0,), (1,), (2, 3, 1), (7,))), dtype=array.dtype)
        elif change == 3:
            arrays[name] = np.full_like(array, np.nan)
    return encode_checkpoint(arrays, {**note, "reached": rng.choice((0, 2, -1, 10**30, None, "a"))})


def resume_training(folder):
    with RunFolder(folder, resume=True) as journal:
        checkpoint = journal.load("train")
        memory = Memory()
        if checkpoint is not None:
            memory.saved["train"] = checkpoint
        trained(memory)


def forged_checkpoint(memory):
    run = memory / "trained"
    shutil.copytree(memory / "checkerboard", run, dirs_exist_ok=True)
    path = run / "checkpoint" / "train.safetensors"
    arrays, note = interrupted()
    return Format([encode_checkpoint(arrays, {**note, "reached": 2})], lambda _: resume_training(run), path, forged)


def check_certificates(folder):
    result = load(folder)
    for _, certified in load_certified(folder):
        if symbols_of(certified.certification) <= MAX_SYMBOLS:
            check_certified(certified, result)


def symbols_of(certification):
    """Return the length of the longest strings of a claim that the checker does not refuse for their length."""
    claims = []
    for certificate in certification.certificates:
        claims.append(sum(certificate.pattern.ratios) * certificate.longest * len(certificate.cells))
    if (refutation := certification.refutation) is not None:
        claims.append(sum(refutation.pattern.ratios) * sum(refutation.strings))
    return max((claim for claim in claims if claim <= streams.MOST_SYMBOLS), default=0)


# --- data -----------------------------------------------------------------------------------------------------

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
IDX = array_files.idx_header(PIXELS.shape) + PIXELS.tobytes()
CSV = b"x1,x2,target\n0,0,0\n0.5,1e2,1\n-3,4,0\n" + b"".join(b"%d,7,1\n" % i for i in range(40))
NET = b'{"hidden_weight": [[1, 1], [0.5, -2]], "hidden_bias": [-1.5, 0], "output_weight": [[1, 1]], "output_bias": [1]}'
MODES = {"png": ("L", "RGBA", "P", "I;16", "1"), "jpeg": ("L", "RGB", "CMYK"), "gif": ("P",), "bmp": ("L", "RGB"),
         "tiff": ("L", "RGB", "I;16"), "webp": ("RGB", "RGBA"), "ppm": ("L", "RGB")}  # fmt: skip


def pictures(memory, form):
    """Small images in the modes of a format."""
    drawn = Image.fromarray(np.kron(PIXELS[0], np.ones((2, 2), np.uint8)))
    for mode in MODES[form]:
        path = memory / f"good-{mode.replace(';', '')}.{form}"
        picture = (
            drawn.convert("RGB").convert(mode)
            if mode != "I;16"
            else Image.fromarray(np.asarray(drawn).astype(np.uint16))
        )
        picture.save(path, format=form.upper(), **({"exif": Image.Exif().tobytes()} if form == "jpeg" else {}))
        yield path.read_bytes()


def declared_by_picture(path):
    try:
        with Image.open(path) as image:
            wide = 4 if image.mode[0] in "IF" else 1
            return image.width * image.height * len(image.getbands()) * wide
    except Exception:  # the reader must handle it, not this function
        return 0


def read_picture(path):
    folder.read_image(path)
    if path.suffix == ".png":  # once is enough: it takes long
        with suppress(DataError):
            photograph.read_character(path, side=28, extent=0.8)


def tar_of_kkanji(memory):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for number in range(4):
            image = io.BytesIO()
            Image.fromarray(np.random.default_rng(number).integers(0, 256, (64, 64), dtype=np.uint8)).save(image, "PNG")
            member = tarfile.TarInfo(f"kkanji2/U+4EA{number // 2}/{number}.png")
            member.size = len(image.getvalue())
            tar.addfile(member, io.BytesIO(image.getvalue()))
    return whole.getvalue()


def npz_of(*arrays, **named):
    file = io.BytesIO()
    np.savez_compressed(file, *arrays, **named)
    return file.getvalue()


FORMATS = {
    "result.json": lambda memory: of_runs(memory, "result.json", inside=in_json),
    "arrays.npz": lambda memory: of_runs(memory, "arrays.npz", inside=in_npz),
    "weights.safetensors": lambda memory: of_runs(memory, "weights.safetensors", inside=in_safetensors),
    "config.json": lambda memory: one_of_runs(memory, "checkerboard", "config.json", resume),
    "progress.jsonl": lambda memory: one_of_runs(memory, "checkerboard", "progress.jsonl", resume, inside=mutated),
    "checkpoint": lambda memory: one_of_runs(
        memory, "checkerboard", "checkpoint/train.safetensors", load_checkpoint, inside=in_safetensors
    ),
    "forged checkpoint": forged_checkpoint,
    "certificate": lambda memory: one_of_runs(memory, "sequences", "certificate-1.json", check_certificates),
    "points in CSV": lambda memory: Format([CSV], lambda path: points.read_csv(str(path)), memory / "points.csv"),
    "weights in JSON": lambda memory: Format([NET], lambda path: load_weights(str(path)), memory / "net.json", in_json),
    "IDX": lambda memory: Format(
        [IDX], lambda path: array_files.read_array(path, dimensions=3), memory / "images-idx3-ubyte"
    ),
    "IDX in gzip": lambda memory: Format(
        [gzip.compress(IDX)], lambda path: array_files.read_array(path, dimensions=3), memory / "images-idx3-ubyte.gz",
        in_gzip,
    ),
    "published npz": lambda memory: Format(
        [npz_of(PIXELS)], lambda path: array_files.read_array(path, dimensions=3), memory / "images.npz", in_npz
    ),
    **{
        form: lambda memory, form=form: Format(
            list(pictures(memory, form)), read_picture, memory / f"picture.{form}",
            in_png if form == "png" else mutated, declared_by_picture,
        )
        for form in MODES
    },
    "kkanji.tar": lambda memory: Format([tar_of_kkanji(memory)], kkanji.read_kkanji, memory / "kkanji.tar", in_tar),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # libraries warn of damaged files
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_read_or_refused_in_one_line(name, finished, request):
    form = FORMATS[name](finished)
    files = request.config.getoption("files")
    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGPROF, signal.SIGALRM)}
    try:
        seen = examine(form, files=files, seed=request.config.getoption("file_seed"))
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        form.path.write_bytes(form.good[0])
    print(
        f"{name}: {files} files, {seen.read} read, {seen.refused} refused; at most {seen.largest:.1f} times the memory"
    )
    assert not seen.wrong, f"{len(seen.wrong)} files:\n" + "\n".join(seen.wrong[:20])
    assert seen.refused or name == "progress.jsonl"  # of which damaged lines are skipped
