"""The command line in process: what is printed, what is written, and one line for everything that is wrong."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kuzushi.characters.configs import CharactersConfig
from kuzushi.cli import main as cli
from kuzushi.core.errors import KuzushiError
from kuzushi.core.run_folder import RunFolder
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.reproduce import experiments
from sweeping import wait_until

CHARACTERS = ("characters", "--net", "lin", "--data", "brush:100/20", "--epochs", "1")
SEQUENCES = ("sequences", "--nets", "2", "--updates", "3", "--test-length", "6")


def refused(kuzushi, *words: str, because: str) -> None:
    status, out, err = kuzushi(*words)
    assert (status, out) == (2, "")
    assert err.startswith("kuzushi: ")
    assert err.count("\n") == 1
    assert because in err


# --- what works -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        CHARACTERS,
        ("checkerboard", "--nets", "2", "--epochs", "100"),
        ("design",),
        SEQUENCES,
    ],
)
def test_json_is_all_that_stands_on_standard_output_and_is_what_the_folder_keeps(kuzushi, words):
    status, out, _ = kuzushi(*words, "--json", "--out", "run")
    assert status == 0
    assert json.loads(out)["subject"] == words[0]
    assert json.loads(out) == json.loads(Path("run/result.json").read_bytes())
    searched = {"design"}  # which has nothing to go on with
    assert {path.name for path in Path("run").iterdir()} == {
        "config.json", "progress.jsonl", "weights.safetensors", "arrays.npz", "result.json",
    } | (set() if words[0] in searched else {"checkpoint"})  # fmt: skip


def test_the_commands_of_the_study_work_as_it_printed_them(kuzushi):
    status, out, _ = kuzushi("checkerboard", "--act", "step", "--hid", "4", "--set_weights")
    assert status == 0
    assert "Initial Weights:\n[[ 1.,  1.],\n [-1., -1.],\n [ 1., -1.],\n [-1.,  1.]]\n[-2.5,  1.5, -0.5, -0.5]" in out
    assert "Initial Accuracy: 100.0" in out
    status, out, _ = kuzushi("checkerboard", "--act", "sig", "--hid", "4", "--set_weights", "--scale", "10")
    assert status == 0
    assert "[-25.,  15.,  -5.,  -5.]" in out
    assert "Initial Accuracy: 100.0" in out


def test_the_smallest_net_of_the_board_is_proved_and_its_proof_checked_again(kuzushi):
    status, out, _ = kuzushi("design", "--out", "board", "--weights-out", "net.json")
    assert status == 0
    assert "28 + 378 + 3,276 sets of 1, 2, 3 units: none is enough" in out
    assert json.loads(Path("net.json").read_bytes())["hidden_bias"] == [-2.5, 1.5, -0.5, -0.5]
    status, out, _ = kuzushi("check", "board")
    assert (status, out.startswith("board: the proof holds: no step net of fewer than 4 hidden units")) == (0, True)


def test_a_proof_that_was_tampered_with_is_refused(kuzushi):
    kuzushi("design", "--data", "xor", "--out", "xor")
    path = Path("xor/result.json")
    path.write_text(path.read_text().replace('"bound":2', '"bound":3').replace('"lower": 2', '"lower": 3'))
    refused(kuzushi, "check", "xor", because="case 0 needs 4/2 units by its shares; expected more than 2")


def test_runs_are_compared_kept_and_laid_out_on_a_page(kuzushi):
    for net in ("lin", "full"):
        kuzushi("characters", "--net", net, "--data", "brush:100/30", "--epochs", "1", "--out", net)
    status, out, _ = kuzushi("compare", "lin", "full", "--out", "compared", "--json")
    assert status == 0
    assert json.loads(out) == json.loads(Path("compared/result.json").read_bytes())
    assert json.loads(out)["config"] == {"runs": ["lin", "full"], "seed": 0}
    command = json.loads(out)["provenance"]["command"]
    assert command == "kuzushi compare lin full"
    status, out, err = kuzushi(*command.split()[1:], "--out", "compared", "--resume")
    assert (status, "compared: already finished" in err) == (0, True)
    assert out.startswith("Nets on the same images of brush:")
    assert kuzushi("report", "compared", "-o", "page.html")[0] == 0
    assert '<section id="compare">' in Path("page.html").read_text(encoding="utf-8")


COUNTING = (
    "sequences", "--lang", "anbn", "--model", "lstm", "--nets", "2", "--updates", "3", "--test-length", "6",
    "--out", "run",
)  # fmt: skip


def test_a_snapped_net_is_proved_to_count_and_its_certificate_checked_again(kuzushi):
    kuzushi(*COUNTING)
    status, out, err = kuzushi("certify", "run", "--net", "2", "--longest", "8")
    assert status == 0
    assert out.startswith("Net 2 snapped, proved: On every endless stream of strings a^n b^n with n from 1 to 8, in ")
    assert "certificate in run/certificate-2-snapped.json" in err
    status, out, _ = kuzushi("check", "run")
    assert (status, out.count("\n")) == (0, 1)
    assert out.startswith("certificate-2-snapped.json: the proof holds: Net 2 snapped, proved")


def test_a_net_that_has_learned_nothing_gets_a_stream_on_which_it_fails_and_exit_1(kuzushi):
    kuzushi(*COUNTING)
    status, out, _ = kuzushi("certify", "run", "--as-trained", "--longest", "8")
    assert status == 1
    assert " It fails in exact arithmetic" in out
    assert kuzushi("check", "run")[0] == 0


def test_the_page_is_opened_when_asked_and_a_machine_without_a_browser_is_told_where_it_is(kuzushi, monkeypatch):
    kuzushi("checkerboard", "--set-weights", "report", "--out", "run")
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or len(opened) == 1)
    assert kuzushi("report", "run", "--open")[0] == 0
    assert opened == [Path("report.html").resolve().as_uri()]
    status, _, err = kuzushi("report", "run", "--open")
    assert status == 2
    assert err.endswith("kuzushi: report.html: written; no browser found to open it\n")


def test_a_certificate_that_claims_more_or_is_of_other_weights_is_refused(kuzushi):
    kuzushi(*COUNTING)
    kuzushi("certify", "run", "--net", "1", "--longest", "5")
    path = Path("run/certificate-1-snapped.json")
    kept = path.read_text()
    path.write_text(kept.replace('"net": 0', '"net": 1'))
    refused(kuzushi, "check", "run", because="weights")
    claimed = json.loads(kept)
    claimed["certification"]["certificates"][0]["cells"] = []
    path.write_text(json.dumps(claimed))
    refused(kuzushi, "check", "run", because="outside all boxes")
    path.write_text(kept[:200])
    refused(kuzushi, "check", "run", because="certificate-1-snapped.json: cannot be read")


def test_only_runs_of_recurrent_nets_that_count_are_certified(kuzushi):
    kuzushi(*SEQUENCES, "--lang", "reber", "--out", "reber")
    refused(kuzushi, "certify", "reber", because="reber: certificates are for languages that count")
    refused(kuzushi, "check", "reber", because="reber: holds no certificate; make one with kuzushi certify reber")
    kuzushi("checkerboard", "--set-weights", "report", "--out", "board")
    refused(kuzushi, "certify", "board", because="board: holds a run of kuzushi checkerboard")
    kuzushi(*COUNTING)
    refused(kuzushi, "certify", "run", "--net", "3", because="--net 3: the run has nets 1 to 2")
    refused(kuzushi, "certify", "run", "--longest", "0", because="--longest 0: must be a whole number of at least 1")
    Path("run/weights.safetensors").write_bytes(b"nothing")
    refused(kuzushi, "certify", "run", because="run: the weights cannot be read")


def test_a_run_without_a_proof_is_not_checked(kuzushi):
    kuzushi("checkerboard", "--set-weights", "report", "--out", "run")
    refused(kuzushi, "check", "run", because="run: holds a run of kuzushi checkerboard, which has no proof")
    refused(kuzushi, "check", because="check: no runs given")


def test_the_verdict_on_a_net_is_the_exit_code(kuzushi):
    assert kuzushi("verify", "report")[:2][0] == 0
    status, out, _ = kuzushi("verify", "report", "--act", "sig")
    assert (status, out.splitlines()[0]) == (1, "FAILED: 4 of 9 points right")
    status, out, _ = kuzushi("verify", "report", "--json", "--seconds", "0")
    verdict = json.loads(out)
    assert (status, verdict["passed"], verdict["right"], verdict["lower"]) == (0, True, 9, None)
    refused(
        kuzushi, "verify", "report", "--data", "parity:3", because="expected (4, 3), since a point of parity:3 has 3"
    )


def test_a_trained_net_goes_out_and_comes_in_again(kuzushi):
    words = ("checkerboard", "--nets", "3", "--epochs", "200", "--weights-out", "net.json", "--json")
    trained = json.loads(kuzushi(*words)[1])["shown"]
    loaded = json.loads(kuzushi("checkerboard", "--set-weights", "net.json", "--json")[1])["shown"]
    assert loaded["hidden_weight"] == trained["hidden_weight"]
    assert loaded["loss"] == trained["loss"]


def test_a_design_that_is_not_there_cannot_be_written(kuzushi):
    status, _, err = kuzushi("design", "--data", "cells:2,gap=0", "--weights-out", "net.json")
    assert (status, "net.json: there is no design to write" in err) == (2, True)


def test_the_trained_weights_of_the_study_give_its_loss(kuzushi):
    _, out, _ = kuzushi("checkerboard", "--set-weights", "report-trained", "--json")
    shown = json.loads(out)["shown"]
    assert round(shown["loss"], 4) == 0.1522
    assert shown["accuracy"] == 100


def test_without_out_nothing_is_written_and_that_is_said(kuzushi):
    status, out, err = kuzushi(*CHARACTERS)
    assert status == 0
    assert "Test set: Average loss: " in out
    assert err.endswith("not saved; add --out DIR to save the run, and kuzushi report DIR to draw its figures\n")
    assert not list(Path().iterdir())


def test_runs_become_one_page_and_pictures(kuzushi):
    every = (CHARACTERS, ("checkerboard", "--set-weights", "report"), ("design",), SEQUENCES)
    for words in every:
        assert kuzushi(*words, "--out", words[0])[0] == 0
    status, out, err = kuzushi("report", *(words[0] for words in every), "-o", "page.html", "--figures", "f")
    assert (status, out) == (0, "")
    assert f"open {Path('page.html').resolve()}" in err
    page = Path("page.html").read_text()
    names = sorted(path.stem for path in Path("f").iterdir())
    assert names
    assert all(f'<figure id="{name}">' in page for name in names)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in Path("f").iterdir())


def test_the_command_in_a_result_makes_it_again(kuzushi):
    _, first, _ = kuzushi(*SEQUENCES, "--json")
    made = json.loads(first)["provenance"]["command"].split()
    assert made[0] == "kuzushi"
    _, second, _ = kuzushi(*made[1:], "--json")
    again, same = json.loads(second), json.loads(first)
    for result in (again, same):
        del result["seconds"]
    assert again == same


def test_a_stopped_run_goes_on_with_resume(kuzushi, monkeypatch):
    _, whole, _ = kuzushi(*SEQUENCES, "--json")
    save, saves = RunFolder.save, []

    def interrupted(self, *arguments):
        save(self, *arguments)
        saves.append(arguments)
        if len(saves) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "save", interrupted)
        status, out, err = kuzushi(*SEQUENCES, "--json", "--out", "run", "--checkpoint-seconds", "0")
    assert (status, out) == (130, "")
    assert "kuzushi: interrupted; rerun with --resume to continue" in err
    status, out, _ = kuzushi(*SEQUENCES, "--json", "--out", "run", "--resume")
    assert status == 0
    for name in ("history", "shown", "scores", "accuracy"):
        assert json.loads(out)[name] == json.loads(whole)[name]


def test_reproduce_does_every_run_of_the_study_once(kuzushi, monkeypatch):
    small = [
        ("lin", CharactersConfig(net="lin", data="brush:50/10", epochs=1)),
        ("by-hand", CheckerboardConfig(set_weights="report")),
    ]
    monkeypatch.setattr("kuzushi.reproduce.experiments", lambda runs, watch: small)
    status, _, err = kuzushi("reproduce")
    assert status == 0
    assert err.splitlines()[-1] == f"open {Path('report/index.html').resolve()}"
    before = Path("report/runs/lin/result.json").stat().st_mtime_ns
    status, _, err = kuzushi("reproduce")
    assert (status, err.count("already finished")) == (0, 2)
    assert Path("report/runs/lin/result.json").stat().st_mtime_ns == before
    monkeypatch.setattr("kuzushi.reproduce.experiments", lambda runs, watch: [("lin", small[1][1])])
    status, _, err = kuzushi("reproduce")
    assert status == 2
    assert err.splitlines()[-1].startswith("kuzushi: report/runs/lin: holds a run of other settings")


def test_the_study_has_all_its_nets(monkeypatch):
    monkeypatch.setattr("kuzushi.reproduce._images", lambda watch: "brush")
    made = dict(experiments(Path("runs"), lambda *_: None))
    assert {made[f"{net}-brush"].net for net in ("lin", "full", "conv", "deep")} == {"lin", "full", "conv", "deep"}
    assert made["compared-brush"].runs == tuple(f"runs/{net}-brush" for net in ("lin", "full", "conv", "deep"))
    assert {made[f"{net}-brush"].data for net in ("lin", "full", "conv")} == {"brush"}
    assert {made[f"{net}-brush"].preset for net in ("lin", "full", "conv")} == {"report"}
    assert (made["srn"].lang, made["srn"].hid, made["lstm"].lang, made["lstm"].hid) == ("anb2n", 2, "anb2nc3n", 3)
    assert made["trained"] == CheckerboardConfig()
    assert (made["by-hand-rescaled"].act, made["by-hand-rescaled"].scale) == ("sig", 10)


def test_data_are_listed_and_verified_without_a_network_and_said_to_be_wrong_by_the_exit_code(
    kuzushi, monkeypatch, tmp_path
):
    monkeypatch.setattr("kuzushi.characters.datasets.download.cache", lambda: tmp_path / "cache")
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path))
    status, out, err = kuzushi("data")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[:6]] == [
        "name", "kmnist", "kmnist-mini", "k49", "kkanji", "brush"
    ]  # fmt: skip
    assert kuzushi("data", "list") == (status, out, err)
    assert kuzushi("data", "verify")[:2] == (0, "there is nothing to verify: no file of a published set is here\n")
    assert kuzushi("data", "verify", "kmnist")[0] == 2, "what is asked for by name should be there"
    Path("t10k-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]))
    status, out, _ = kuzushi("data", "verify")
    assert status == 2
    assert out.startswith(f"kmnist: {tmp_path / 't10k-labels-idx1-ubyte'}: wrong (is not the published file: holds")
    assert out.count("\n") == 1, "a file of two sets is named once"


def test_data_are_fetched_with_a_bar_for_each_file(kuzushi, monkeypatch, tmp_path):
    def fetched(name, *, watch):
        watch("images.gz", "codh.rois.ac.jp", 3_000_000, 3_000_000)

    monkeypatch.setattr("kuzushi.characters.datasets.download.cache", lambda: tmp_path / "cache")
    monkeypatch.delenv("KUZUSHI_DATA", raising=False)
    monkeypatch.setattr("kuzushi.characters.datasets.catalogue.obtain", fetched)
    status, out, err = kuzushi("data", "fetch", "k49")
    assert status == 2, "it is still not there"
    assert out.splitlines()[0] == "k49: k49-train-imgs.npz: not here"
    assert "images.gz" in err
    assert "codh.rois.ac.jp" in err


# --- what is wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("characters", "--epochs", "-3"), "--epochs -3: must be a number above 0"),
        (("characters", "--data", "nowhere"), "--data nowhere: no such set of images"),
        (("characters", "--resume"), "--resume: needs the folder"),
        (("characters", "--checkpoint-seconds", "-1"), "--checkpoint-seconds -1: must be a number of at least 0"),
        (("checkerboard", "--hid", "0"), "--hid 0: must be a whole number of at least 1"),
        (("checkerboard", "--act", "step"), "--act step: step units have no gradient"),
        (("checkerboard", "--data", "none.csv"), "none.csv: cannot be read"),
        (("checkerboard", "--set-weights", "none.json"), "none.json: cannot be read"),
        (("sequences", "--lang", "anbn2"), "--lang anbn2: unknown language"),
        (("sequences", "--length", "9", "--test-length", "8"), "--test-length 8"),
        (("sequences", "--length", "101", "--test-length", "200"), "--length 101: must be at most 100"),
        (("sequences", "--test-length", "2001"), "--test-length 2001: must be at most 2000"),
        (("sequences", "--seed", "99999999999999999999"), "--seed 99999999999999999999: must be at most"),
        (("checkerboard", "--nets", "999999999999"), "there is not enough memory for this"),
        (("characters", "--data", "brush:99999999/1"), "--data brush:99999999/1: no such set of images"),
        (("sequences", "--out", "none", "--resume"), "none: holds no run to resume"),
        (("report",), "no runs given"),
        (("compare",), "compare: no runs given; name one or more folders made with kuzushi characters --out"),
        (("compare", "none"), "none: holds no finished run"),
        (("data", "fetch"), "data fetch: name one of kmnist, kmnist-mini, k49, kkanji"),
        (("data", "fetch", "brush"), "data brush: no such published set of images; known are kmnist,"),
        (("data", "verify", "mnist"), "data mnist: no such published set of images"),
        (("report", "none"), "none: holds no finished run"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(kuzushi, words, because):
    refused(kuzushi, *words, because=because)
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("words", "because"),
    [
        ((), "Expected one of {reproduce, characters"),
        (("checkrboard",), "Unrecognized options: checkrboard"),
        (("characters", "--nett", "lin"), "Perhaps you meant: --net"),
        (("characters", "--net", "linn"), "invalid choice 'linn'"),
        (("characters", "--hid", "1.5"), "--hid"),
        (("data", "look"), "invalid choice 'look'"),
        (("sweep", "grid.toml"), "--out"),
    ],
)
def test_words_that_cannot_be_parsed_exit_with_2_and_a_hint(kuzushi, words, because):
    status, out, err = kuzushi(*words)
    assert (status, out) == (2, "")
    assert because in " ".join(err.replace("│", " ").split())
    assert not list(Path().iterdir())


def test_weights_of_the_wrong_shape_and_a_bad_cell_are_named(kuzushi):
    Path("net.json").write_text(
        '{"hidden_weight": [[1, 1]], "hidden_bias": [0, 0], "output_weight": [[1]], "output_bias": [0]}'
    )
    refused(kuzushi, "checkerboard", "--set-weights", "net.json", because="hidden_bias has shape (2,); expected (1,)")
    Path("points.csv").write_text("x1,x2,target\n0,one,1\n")
    refused(kuzushi, "checkerboard", "--data", "points.csv", because="line 2, column x2: read 'one'")
    Path("no-target.csv").write_text("x1,x2\n0,1\n")
    refused(kuzushi, "checkerboard", "--data", "no-target.csv", because="expected x1,x2,...,target")


def test_a_folder_that_holds_another_run_is_left_as_it_is(kuzushi):
    assert kuzushi(*SEQUENCES, "--out", "run")[0] == 0
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    refused(kuzushi, *CHARACTERS, "--out", "run", because="run: is not empty")
    refused(
        kuzushi, *SEQUENCES, "--seed", "1", "--out", "run", "--resume", because="run: holds a run of other settings"
    )
    assert {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()} == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is always full")
def test_a_full_disk_while_the_result_is_written_is_one_line_and_leaves_no_part(kuzushi, monkeypatch):
    whole = os.fsync

    def full(descriptor: int) -> None:
        if "result.json" in os.readlink(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    status, out, err = kuzushi(*SEQUENCES, "--out", "run")
    assert (status, out) == (2, "")
    assert "run/result.json: cannot be written (No space left on device)" in err.splitlines()[-1]
    assert not list(Path("run").glob(".*part"))


def test_a_page_that_cannot_be_written_is_one_line(kuzushi):
    assert kuzushi("checkerboard", "--set-weights", "report", "--out", "run")[0] == 0
    Path("file").write_text("a file, where a folder is wanted")
    refused(kuzushi, "report", "run", "-o", "file/page.html", because="file/page.html: cannot be written")


@pytest.mark.parametrize("path", [".", "/", ""])
def test_a_page_is_not_written_over_a_folder(kuzushi, path):
    assert kuzushi("checkerboard", "--set-weights", "report", "--out", "run")[0] == 0
    refused(kuzushi, "report", "run", "-o", path, because="is a folder; give a file name")


def test_a_finished_run_is_not_done_again_and_keeps_its_provenance(kuzushi):
    assert kuzushi(*SEQUENCES, "--out", "run")[0] == 0
    path = Path("run/result.json")
    path.write_text(path.read_text().replace('"kuzushi":"0.1.0"', '"kuzushi":"0.0.9"'))
    before = path.read_bytes()
    status, out, err = kuzushi(*SEQUENCES, "--out", "run", "--resume", "--json")
    assert (status, json.loads(out)) == (0, json.loads(before))
    assert "run: already finished, by kuzushi 0.0.9" in err
    assert path.read_bytes() == before


def test_a_finished_run_of_files_that_have_changed_is_not_taken_for_done(kuzushi):
    points, net = Path("points.csv"), Path("net.json")
    points.write_text("x1,x2,target\n0,0,0\n0,1,1\n")
    net.write_text('{"hidden_weight": [[0, 1]], "hidden_bias": [-0.5], "output_weight": [[1]], "output_bias": [-0.5]}')
    words = ("checkerboard", "--set-weights", "net.json", "--data", "points.csv", "--out", "run", "--resume")
    assert kuzushi(*words[:-1])[0] == 0
    assert kuzushi(*words)[0] == 0
    for path, old, new in ((points, "0,1,1", "0,2,1"), (net, "[-0.5]", "[-0.25]")):
        before = path.read_text()
        path.write_text(before.replace(old, new))
        refused(
            kuzushi,
            *words,
            because="run: holds a run of the same settings, but the files or runs that they name have changed",
        )
        path.write_text(before)
    assert kuzushi(*words)[0] == 0


def test_a_comparison_of_runs_that_were_trained_anew_is_not_taken_for_done(kuzushi):
    words = ("compare", "lin", "--out", "compared", "--resume")
    for epochs in ("1", "2"):
        kuzushi(*CHARACTERS[:-1], epochs, "--out", "lin")
        if epochs == "1":
            assert kuzushi(*words[:-1])[0] == 0
            assert kuzushi(*words)[0] == 0
            shutil.rmtree("lin")
    refused(
        kuzushi,
        *words,
        because="compared: holds a run of the same settings, but the files or runs that they name have changed",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is always full")
def test_standard_output_on_a_full_disk_is_one_line(tmp_path):
    words = [sys.executable, "-m", "kuzushi", "checkerboard", "--set-weights", "report"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stderr == "kuzushi: standard output cannot be written (No space left on device)\n"


# --- as a process ---------------------------------------------------------------------------------------------


def test_ctrl_c_stops_with_one_line_and_a_folder_that_resumes(tmp_path):
    words = [sys.executable, "-m", "kuzushi", "checkerboard", "--nets", "2", "--hid", "2", "--epochs", "100000000"]
    process = subprocess.Popen([*words, "--out", "run"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    wait_until((tmp_path / "run" / "progress.jsonl").exists)
    process.send_signal(2)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert err.decode().splitlines()[-1].startswith("kuzushi: interrupted")
    RunFolder(tmp_path / "run", resume=True).__exit__()


def test_help_is_there_for_every_command(kuzushi):
    for command in cli.COMMANDS:
        status, out, err = kuzushi(command, "--help")
        assert (status, err) == (0, "")
        assert f"usage: kuzushi {command}" in out


def test_a_bare_set_weights_is_completed_and_another_is_not():
    assert cli._complete(["checkerboard", "--set_weights"]) == ["checkerboard", "--set_weights", "report"]
    assert cli._complete(["--set-weights", "--act", "sig"]) == ["--set-weights", "report", "--act", "sig"]
    assert cli._complete(["--set-weights", "a.json", "--json"]) == ["--set-weights", "a.json", "--json"]


def test_an_error_of_several_lines_is_printed_as_one(kuzushi, monkeypatch):
    def fail() -> None:
        raise KuzushiError("first\n  second")

    monkeypatch.setitem(cli.COMMANDS, "reproduce", fail)
    assert kuzushi("reproduce") == (2, "", "kuzushi: first second\n")
