"""Whatever a file holds, it is read or refused in one line: no other error, no endless reading, no heap of memory."""

import gzip
import io
import json
import random
import shutil
import signal
import tarfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from kuzushi import runs
from kuzushi.configs import CharactersConfig, CheckerboardConfig, SequencesConfig
from kuzushi.data import archives, folder, idx, kkanji, photograph, points
from kuzushi.errors import DataError, KuzushiError
from kuzushi.experiments import characters, checkerboard, sequences
from kuzushi.experiments.certify import certify
from kuzushi.models.perceptron import load_weights
from kuzushi.proofs import streams
from kuzushi.proofs.runs import check_certified
from kuzushi.runs.tensors import packed
from kuzushi.training import Evaluation, Plan, fit
from memory import Memory
from mutants import in_gzip, in_json, in_npz, in_png, in_safetensors, in_tar, mutated

SECONDS, WAITING = 5.0, 60.0
"""The longest that one small file may take of the processor, and at all, beside whatever other work."""
LONGEST_LINE = 700
MOST_SYMBOLS = 2_000
"""Of strings of which something is claimed, where a claim is checked: that is meant to take long for long ones."""
TIMES, AT_LEAST = 4, 2**20
"""Memory may be so many times what the good file takes, and more as the mutated one is larger; and so much anyway."""
CONFIG = CheckerboardConfig(nets=2, epochs=100, data="xor", hid=1)
PLAN = Plan(updates=4, evaluate_every=1, optimiser="adam", learning_rate=0.1)


@dataclass
class Format:
    """Good files of a format, how it is mutated inside, and how it is read."""

    good: Sequence[bytes]
    read: Callable[[Path], object]
    path: Path
    inside: Callable[[bytes, random.Random], bytes] = mutated
    declared: Callable[[Path], int] = lambda path: 0
    """Bytes that a file says it unpacks to, if that is no more than may be read."""


@dataclass
class Seen:
    """What became of the mutated files."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    most: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Endless(BaseException):
    """A file took too long."""


def stop(*_):
    raise Endless


def peak_of(read, path):
    """The memory that reading takes, and what it came to: None, or an error."""
    tracemalloc.start()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, WAITING)
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
    """What is wrong with how a file was refused; None if nothing is."""
    if error is None:
        return None
    if not isinstance(error, KuzushiError):
        return f"{type(error).__name__}: {error}"[:300]
    line = str(error)
    return "more than a line: " + line[:300] if "\n" in line or len(line) > LONGEST_LINE else None


def examine(form, *, files, seed):
    """Read so many mutated files."""
    seen, plausible = Seen(), []
    for good in form.good:
        form.path.write_bytes(good)
        form.read(form.path)  # what is loaded once
        peak, error = peak_of(form.read, form.path)
        assert error is None, error
        plausible.append(max(peak, AT_LEAST))
    for number in range(files):
        rng = random.Random(f"{seed} {number}")
        place = rng.randrange(len(form.good))
        good = form.good[place]
        content = (form.inside if rng.random() < 0.6 else mutated)(good, rng)
        form.path.write_bytes(content)
        started = time.process_time()
        peak, error = peak_of(form.read, form.path)
        seen.slowest = max(seen.slowest, time.process_time() - started)
        allowed = max(plausible[place] * max(1, len(content) / len(good)), form.declared(form.path))
        if peak > TIMES * allowed:  # once more: what another thread takes meanwhile is not the file's
            form.path.write_bytes(content)
            peak, error = peak_of(form.read, form.path)
        used = peak / allowed
        seen.most = max(seen.most, used)
        reason = fault(error) or (f"took {used:.1f} times the memory" if used > TIMES else None)
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
        with runs.RunFolder(memory / name, every=0) as journal:
            journal.finish(experiment(journal))
    result = runs.load(memory / "sequences")
    runs.write_certified(memory / "sequences", certify(result, net=0, snapped=False, longest=3))
    return memory


def of_runs(memory, name, *, inside):
    """A file that every finished run has."""
    whole = memory / name
    subjects = ("checkerboard", "characters", "sequences")
    good = [(memory / subject / name).read_bytes() for subject in subjects]
    by_content = dict(zip(good, subjects, strict=True))

    def read(path):
        content = path.read_bytes()
        subject = by_content.get(content) or read.subject
        shutil.copyfile(path, memory / subject / name)
        try:
            runs.load(memory / subject)
        finally:
            (memory / subject / name).write_bytes(good[subjects.index(subject)])

    read.subject = "checkerboard"
    return Format(good, read, whole, inside)


def one_of_runs(memory, subject, name, read, *, inside=in_json):
    """A file of one finished run."""
    path = memory / subject / name
    return Format([path.read_bytes()], lambda _: read(memory / subject), path, inside)


def resume(folder):
    with runs.RunFolder(folder, resume=True) as journal:
        journal.begin(CONFIG, runs.provenance(CONFIG, device="cpu", threads=1), runs.load(folder).data_sha256)


def load_checkpoint(folder):
    with runs.RunFolder(folder, resume=True) as journal:
        journal.load("train")


def trained(journal):
    model = nn.ParameterDict({"weight": torch.ones(2, 3), "bias": torch.zeros(2, 1)})
    return fit(
        model, lambda update: (model["weight"].square() + model["bias"]).sum(1),
        lambda mean: Evaluation(metrics={"loss": mean.sum().item()}), PLAN, journal=journal, stage="train",
    )  # fmt: skip


def stopped():
    journal = Memory(2)
    with pytest.raises(KeyboardInterrupt):
        trained(journal)
    return journal.kept["train"]


def signed_anew(content, rng):
    """A checkpoint that is what was written, and that nobody but an enemy would write."""
    arrays, note = stopped()
    if rng.random() < 0.5:
        with suppress(RecursionError, ValueError):  # of what was made here: it is then left as it is
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
    return packed(arrays, {**note, "reached": rng.choice((0, 2, -1, 10**30, None, "a"))})


def go_on(folder):
    with runs.RunFolder(folder, resume=True) as journal:
        kept = journal.load("train")
        memory = Memory()
        if kept is not None:
            memory.kept["train"] = kept
        trained(memory)


def checkpoint(memory):
    run = memory / "trained"
    shutil.copytree(memory / "checkerboard", run, dirs_exist_ok=True)
    path = run / "checkpoint" / "train.safetensors"
    arrays, note = stopped()
    return Format([packed(arrays, {**note, "reached": 2})], lambda _: go_on(run), path, signed_anew)


def check_certificates(folder):
    result = runs.load(folder)
    for _, certified in runs.load_certified(folder):
        if symbols_of(certified.certification) <= MOST_SYMBOLS:  # as much as it claims, it takes
            check_certified(certified, result)


def symbols_of(certification):
    """How long the strings are of which something is claimed, as far as that is more than is to be refused."""
    claims = []
    if (certificate := certification.certificate) is not None:
        claims.append(sum(certificate.pattern.ratios) * certificate.longest * len(certificate.cells))
    if (refutation := certification.refutation) is not None:
        claims.append(sum(refutation.pattern.ratios) * sum(refutation.strings))
    return max((claim for claim in claims if claim <= streams.MOST_SYMBOLS), default=0)


# --- data -----------------------------------------------------------------------------------------------------

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
IDX = idx.idx_header(PIXELS.shape) + PIXELS.tobytes()
CSV = b"x1,x2,target\n0,0,0\n0.5,1e2,1\n-3,4,0\n" + b"".join(b"%d,7,1\n" % i for i in range(40))
NET = b'{"hidden_weight": [[1, 1], [0.5, -2]], "hidden_bias": [-1.5, 0], "output_weight": [[1, 1]], "output_bias": [1]}'
MODES = {"png": ("L", "RGBA", "P", "I;16", "1"), "jpeg": ("L", "RGB", "CMYK"), "gif": ("P",), "bmp": ("L", "RGB"),
         "tiff": ("L", "RGB", "I;16"), "webp": ("RGB", "RGBA"), "ppm": ("L", "RGB")}  # fmt: skip


def pictures(memory, form):
    """Small pictures in the modes of a format."""
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
    except Exception:  # which the reader has to stand, and not we
        return 0


def read_picture(path):
    folder.read_image(path)
    if path.suffix == ".png":  # which takes its time
        with suppress(DataError):
            photograph.read_character(path, side=28, extent=0.8)


def tar_of_kkanji(memory):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for place in range(4):
            image = io.BytesIO()
            Image.fromarray(np.random.default_rng(place).integers(0, 256, (64, 64), dtype=np.uint8)).save(image, "PNG")
            member = tarfile.TarInfo(f"kkanji2/U+4EA{place // 2}/{place}.png")
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
    "checkpoint signed anew": checkpoint,
    "certificate": lambda memory: one_of_runs(memory, "sequences", "certificate-1.json", check_certificates),
    "points in CSV": lambda memory: Format([CSV], lambda path: points.read_csv(str(path)), memory / "points.csv"),
    "weights in JSON": lambda memory: Format([NET], lambda path: load_weights(str(path)), memory / "net.json", in_json),
    "IDX": lambda memory: Format(
        [IDX], lambda path: archives.read_array(path, dimensions=3), memory / "images-idx3-ubyte"
    ),
    "IDX in gzip": lambda memory: Format(
        [gzip.compress(IDX)], lambda path: archives.read_array(path, dimensions=3), memory / "images-idx3-ubyte.gz",
        in_gzip,
    ),
    "published npz": lambda memory: Format(
        [npz_of(PIXELS)], lambda path: archives.read_array(path, dimensions=3), memory / "images.npz", in_npz
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


@pytest.mark.filterwarnings("ignore")  # what a library says of a bad file is for whoever reads it
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_read_or_refused_in_one_line(name, finished, request):
    form = FORMATS[name](finished)
    files = request.config.getoption("files", default=200)
    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGPROF, signal.SIGALRM)}
    try:
        seen = examine(form, files=files, seed=request.config.getoption("file_seed", default=0))
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        form.path.write_bytes(form.good[0])
    print(
        f"{name}: {files} files, {seen.read} read, {seen.refused} refused; at most {seen.slowest:.2f} s of the "
        f"processor and {seen.most:.1f} times the memory"
    )
    assert not seen.wrong, f"{len(seen.wrong)} files:\n" + "\n".join(seen.wrong[:20])
    assert seen.refused or name == "progress.jsonl"  # of which lines are left out that are none
