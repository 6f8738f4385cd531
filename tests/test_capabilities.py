"""Every capability that the README and the how-to of the first edition name, and the tests that cover it.

Rename a test here when you rename it. Move a capability that is dropped to REMOVED, with the reason.
"""

import ast
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

COVERED: dict[str, tuple[str, ...]] = {
    # The report
    "Reproduce the whole report as one page, each run once (kuzushi reproduce)":
        ("test_reproduce_does_every_run_of_the_study_once", "test_the_study_has_all_its_nets"),
    "Reproduce with kmnist, kmnist-mini or brush, whichever is available": ("test_files_at_hand_are_taken",),
    "Reproduce with the 60,000 images of kmnist in minutes": ("test_reproduce_shortens_training_on_60000_images",),
    "Run the report's commands as printed (--set_weights)": ("test_the_commands_of_the_study_work_as_it_printed_them",),
    "Compare your numbers with the published ones only where the data are the same":
        ("test_published_shares_are_only_for_the_same_images",),
    # Characters
    "Train NetLin, NetFull and NetConv with the recipe of the report (kuzushi characters --preset report)":
        ("test_the_training_of_the_study_equals_a_plain_loop",),
    "Train with the fast recipe": ("test_the_fast_preset_learns_more_in_the_same_time",),
    "Train NetDeep":
        ("test_the_layers_of_netdeep_sum_to_two_thirds_of_netconv", "test_a_stopped_training_goes_on_to_the_same_net"),
    "Train from several seeds (--seeds)": ("test_each_of_several_seeds_learns_as_it_would_alone",),
    "Train for any number of epochs, also less than one (--epochs)":
        ("test_less_than_an_epoch_is_a_part_of_its_updates_and_is_tested_at_its_end",),
    "Choose float32 or bfloat16 (--precision)": ("test_the_precision_is_the_requested_one",),
    "Test on validation images (--validation)": ("test_a_run_on_validation_images_is_compared_on_those",),
    "Read confusion matrices": ("test_the_matrix_of_the_first_seed_is_that_of_its_weights",),
    "Read learning curves": ("test_the_curves_end_with_the_mean_of_the_seeds_and_the_caption_has_its_interval",),
    "See the parameters of every layer": ("test_every_formula_gives_its_count_and_the_net_holds_their_sum",),
    "See the most confused pairs and images": ("test_pairs_are_counted_over_all_seeds_and_the_gallery_over_the_first",),
    "Calibration of probabilities":
        ("test_the_bins_are_those_of_scikit_learn", "test_the_table_has_our_numbers_and_the_published_ones"),
    "Read balanced accuracy": ("test_where_a_class_is_rare_the_balanced_accuracy_is_the_headline",),
    "Paired comparison of recognisers (kuzushi compare)":
        ("test_the_counts_are_counted_and_the_p_value_is_that_of_a_coin", "test_holm_is_closed_testing_by_bonferroni",
         "test_a_run_is_better_if_each_of_its_seeds_is_better_than_each_of_the_others"),
    "Find data-hard and model-hard confusions": ("test_a_pair_that_stays_is_data_hard_and_one_that_goes_model_hard",),
    "Find the forms of a kana that are misread": ("test_planted_forms_are_found_the_most_frequent_first",),
    "See the nearest training images": ("test_neighbours_are_training_images_of_either_class_nearest_first",),
    "See which pixels decided": ("test_between_two_classes_of_a_linear_net_it_is_the_difference_of_weights_times_ink",),
    "List the images that no net reads": ("test_what_every_net_misreads_is_listed",),
    "Explain a single run": ("test_one_run_alone_is_explained_but_compared_with_nothing",),
    "Read new pictures (kuzushi classify)":
        ("test_the_command_prints_a_line_for_each_picture_or_one_json_object",
         "test_pictures_are_read_about_as_often_right_as_the_images_that_they_were_made_of"),
    "Read pictures in uneven light": ("test_uneven_light_is_taken_for_ground",),
    "Export a net to ONNX (kuzushi export)": ("test_onnxruntime_reads_any_number_of_images_as_the_net_does",),
    "Read class names in the ONNX file": ("test_the_file_says_what_it_takes_gives_and_is_and_nothing_of_the_machine",),
    # Images
    "Use kmnist in any layout ($KUZUSHI_DATA)": ("test_every_layout_is_read_from_the_folder_of_the_user_and_verified",),
    "Use kmnist-mini, divided from the official test file": ("test_mini_divides_the_test_file_only",),
    "Use k49 with its 49 classes": ("test_k49_is_read_as_it_is_published",),
    "Use kkanji, packed or unpacked":
        ("test_the_archive_is_read_as_it_lies_and_known_by_its_checksum",
         "test_an_unpacked_archive_is_read_and_said_to_be_unverified"),
    "Use brush, written by the program": ("test_brush_has_8000_and_2000_images_unless_the_sizes_are_given",),
    "Use your own images, one sub-folder per class":
        ("test_a_folder_of_images_is_learned_kept_and_drawn", "test_a_folder_that_is_divided_already_stays_so",
         "test_dark_ink_on_a_light_ground_is_inverted"),
    "List and verify the published sets (kuzushi data list, verify)":
        ("test_data_are_listed_and_verified_without_a_network_and_said_to_be_wrong_by_the_exit_code",),
    "Fetch a set (kuzushi data fetch)": ("test_data_are_fetched_with_a_bar_for_each_file",),
    "Verify decoded images by hash": ("test_one_other_byte_is_refused_in_any_container_and_the_file_left_as_it_is",),
    "Recognise the old version of kmnist": ("test_the_old_version_is_named_as_what_it_is",),
    "Fetch what is missing": ("test_what_is_missing_is_fetched_from_the_first_mirror_that_has_the_published_files",),
    "Name a mirror of your own ($KUZUSHI_MIRROR)": ("test_the_mirror_of_the_user_is_asked_first",),
    "Skip a slow or lying mirror": ("test_a_bad_mirror_is_left_for_the_next_in_time_and_named_where_there_is_none",),
    # Perceptrons
    "Train perceptrons, many at once (kuzushi checkerboard)":
        ("test_every_net_of_an_ensemble_learns_as_it_would_alone_in_a_plain_loop", "test_most_nets_learn_the_board"),
    "Load the nets of the report (--set-weights)": ("test_the_nets_of_the_study_are_right_on_every_point",),
    "Multiply all weights (--scale)": ("test_scale_multiplies_all_weights_and_biases",),
    "Save a net as JSON and load it (--weights-out)": ("test_a_trained_net_goes_out_and_comes_in_again",),
    "See every hidden unit with its line": ("test_every_unit_is_drawn_with_its_values_its_line_and_the_points",),
    "Read the table of activations": ("test_the_table_of_activations_of_the_net_by_hand_is_the_published_one",),
    "See which dichotomies training finds": ("test_a_random_ensemble_is_counted_as_a_plain_loop_counts_it",),
    "See the points that stay wrong": ("test_points_are_counted_where_unsolved_nets_get_them_wrong_and_only_there",),
    "Know the factor from which on step weights are right with sigmoid units":
        ("test_the_net_by_hand_is_right_from_the_root_of_a_polynomial_on_and_stays_right",),
    "Use a CSV file of points": ("test_a_csv_file_may_have_any_number_of_inputs_and_a_spreadsheets_habits",),
    "Use grid:N, cells:N,gap=G and parity:N":
        ("test_neighbours_on_a_grid_differ", "test_parity_is_the_exclusive_or_of_the_coordinates"),
    "Find all smallest step nets, with a proof (kuzushi design)":
        ("test_the_smallest_net_of_the_board_is_proved_and_its_proof_checked_again",
         "test_boards_and_cubes_have_the_known_smallest_sets"),
    "Get the smallest whole weights": ("test_no_smaller_whole_weights_divide_the_points_so",),
    "Use decimals as they are written": ("test_decimals_on_a_line_are_taken_as_they_print",),
    "Learn that no net can be right": ("test_points_at_one_place_with_both_targets_are_impossible",),
    "Check a proof again (kuzushi check)": ("test_a_proof_that_was_tampered_with_is_refused",),
    "Grade a net by exit code 0, 1 or 2 (kuzushi verify)": ("test_the_verdict_on_a_net_is_the_exit_code",),
    # Sequences
    "Train SRNs and LSTMs, many at once (kuzushi sequences)":
        ("test_an_lstm_learns_to_count_in_80_updates", "test_an_srn_equals_torch_nn_rnn_with_the_same_weights"),
    "Train with the recipes report and fast (--preset)":
        ("test_the_preset_report_learns_as_a_plain_torch_loop", "test_the_presets_train_as_the_study_did_and_fast"),
    "Train with the recipe counting":
        ("test_the_preset_counting_learns_as_a_plain_loop_with_the_worst_symbols_clipped_and_with_links_drawn_to_0",),
    "See in which phase of a string SRNs and LSTMs fail (kuzushi phases)":
        ("test_a_string_fails_in_the_phase_of_its_first_wrong_prediction",),
    "Use counting languages by name or pattern":
        ("test_a_counting_language_is_what_its_name_says", "test_a_pattern_is_another_name_of_the_same_language"),
    "Use dyck1": ("test_every_stream_is_balanced_strings_with_their_states_and_what_may_follow",),
    "Use reber and reber-embedded": ("test_a_grammar_is_learned_too_and_scored_by_the_lengths_of_its_strings",),
    "Read scores by whole strings, with the baseline that never stops":
        ("test_what_a_net_carries_from_one_string_into_the_next_counts_as_its_failure",
         "test_a_net_that_always_says_b_is_as_accurate_as_never_stopping_and_knows_nothing",
         "test_a_net_without_a_failure_is_right_in_a_plain_loop_and_one_that_fails_is_wrong_after_its_failing_input"),
    "Read where a net fails alone, in a stream, and in each arithmetic":
        ("test_a_net_right_on_strings_alone_but_not_on_abcabcabc_is_reported_so",
         "test_a_net_that_fails_in_one_arithmetic_only_is_reported_in_each"),
    "Put nets back to their initial state after each string (--reset yes)":
        ("test_with_a_reset_the_loss_is_over_single_strings_and_without_what_follows_their_end",
         "test_a_grammar_can_be_read_in_streams_without_reset"),
    "Learn the initial state of an SRN (--preset report)":
        ("test_the_srns_of_the_preset_report_each_start_from_a_state_of_their_own_that_moves_as_they_learn",),
    "See hidden states": ("test_the_states_are_those_of_the_arrays_and_the_path_is_that_of_the_longest_string",),
    "See gates and cells": ("test_the_lines_of_the_gates_are_the_arrays",),
    "See the smallest state machine": ("test_the_machine_of_the_language_is_drawn_with_its_transitions",),
    "Find the fixed points of an SRN": ("test_all_that_iteration_and_scipy_find_is_in_the_list",),
    "See phase portraits": ("test_the_arrows_are_the_moves_of_the_symbol",),
    "Claims of the counting law":
        ("test_the_first_failure_of_trained_nets_is_predicted",
         "test_each_claim_is_quoted_with_its_measurement"),
    "See what an LSTM's cell counts": ("test_of_an_exact_counter_what_is_to_come_is_read_without_error_on_any_length",),
    "Extract a counter machine": ("test_an_exact_lstm_gives_the_machine_of_its_language",),
    "Compare net and counter machine": ("test_an_exact_net_and_the_machine_agree_on_every_prefix",),
    "Extract an automaton": ("test_the_automaton_of_a_net_that_is_a_grammar_is_the_grammar_with_its_names",),
    "Get a counterexample to an automaton": ("test_one_redirected_arrow_gives_the_shortest_counterexample",),
    "Snap a net to an exact one": ("test_a_net_that_nearly_counts_becomes_exact_to_300_in_single_precision",),
    "Certify a net (kuzushi certify)": ("test_a_snapped_net_is_proved_to_count_and_its_certificate_checked_again",),
    "Get a failing stream": ("test_a_net_that_has_learned_nothing_gets_a_stream_on_which_it_fails_and_exit_1",),
    "Check a certificate again": ("test_a_certificate_that_claims_more_or_is_of_other_weights_is_refused",),
    # The run folder
    "Keep a run (--out, --json)": ("test_json_is_all_that_stands_on_standard_output_and_is_what_the_folder_keeps",),
    "Bit-for-bit resume (--resume)":
        ("test_a_resumed_run_gives_the_same_result_bit_for_bit", "test_a_stopped_run_goes_on_with_resume",
         "test_a_run_that_is_killed_again_and_again_ends_bit_for_bit_as_one_that_is_not"),
    "Choose --checkpoint-seconds": ("test_checkpoints_are_some_seconds_apart_and_the_last_is_always_kept",),
    "Find every file whole": ("test_a_full_disk_is_reported_in_one_line_and_the_run_can_be_resumed",),
    "Refusal of changed inputs":
        ("test_a_finished_run_of_files_that_have_changed_is_not_taken_for_done",
         "test_a_comparison_of_runs_that_were_trained_anew_is_not_taken_for_done",
         "test_images_that_have_changed_since_are_refused"),
    "Refusal of a folder of another run, version or process":
        ("test_a_folder_that_holds_another_run_is_left_as_it_is",
         "test_a_run_is_not_resumed_by_other_versions_or_on_another_device",
         "test_two_processes_at_once_are_refused_and_one_after_the_other_is_not"),
    "Repeat a result by the command in it": ("test_the_command_in_a_result_makes_it_again",),
    "Guards of every reader":
        ("test_a_file_is_read_or_refused_in_one_line", "test_a_bomb_is_refused_in_one_line_in_little_memory",
         "test_nothing_is_unpickled"),
    "Read every error as one line, exit code 2": ("test_what_is_wrong_is_said_in_one_line",),
    "Stop with Ctrl-C, exit code 130": ("test_ctrl_c_stops_with_one_line_and_a_folder_that_resumes",),
    "List runs (kuzushi runs list)":
        ("test_runs_are_listed_and_shown", "test_the_list_has_a_line_for_each_run_and_a_total"),
    "Show a run (kuzushi runs show)": ("test_runs_are_listed_and_shown",),
    "Use the GPU (--device)": ("test_a_gpu_is_used_if_there_is_one_and_the_cpu_was_not_chosen",),
    "Read help on every command (--help)": ("test_help_is_there_for_every_command",),
    "Run an experiment from Python": ("test_the_python_in_the_readme_runs",),
    # The page
    "Lay out runs on one page, with figures (kuzushi report --figures)": ("test_runs_become_one_page_and_pictures",),
    "Open the page": ("test_the_page_is_opened_when_asked_and_a_machine_without_a_browser_is_told_where_it_is",),
    "Read the page offline": ("test_the_page_needs_nothing_beside_it_and_may_fetch_nothing",),
    "Read the page on any screen": ("test_it_is_never_wider_than_the_screen",),
    "Perceptron demo: move lines, train, rewind, save":
        ("test_a_line_follows_the_mouse_and_the_table_follows_the_line",
         "test_training_runs_until_every_point_is_right_and_rewind_brings_the_start_back",
         "test_a_net_that_is_saved_is_right_for_the_program_and_comes_back_after_a_reload"),
    "Character demo: write a character, see what decided":
        ("test_every_net_reads_in_the_page_as_in_torch", "test_everything_is_written_by_keyboard",
         "test_every_net_shows_its_map_and_says_in_words_what_decides"),
    "Sequence demo: step, compare with the machine, change a weight":
        ("test_stepping_through_aabbbb_by_buttons_shows_what_the_net_does",
         "test_where_a_broken_net_leaves_the_machine_it_is_marked",
         "test_a_weight_that_is_moved_changes_what_the_net_says_as_in_python"),
    "Share a demo by link":
        ("test_a_link_shares_the_whole_state", "test_a_link_shares_what_is_written",
         "test_a_link_shares_the_net_the_string_the_place_and_the_weights"),
    # Sweeps
    "Sweep over settings in a TOML file (kuzushi sweep)":
        ("test_a_grid_is_every_combination_of_its_values_the_last_setting_changing_fastest",
         "test_a_list_of_cells_has_settings_that_vary_together_and_is_combined_with_the_grid"),
    "Sweep in parallel": ("test_workers_find_the_same_to_the_last_bit_as_this_process",),
    "Resume a sweep": ("test_a_sweep_that_is_ended_leaves_no_worker_and_goes_on_with_the_same_command",),
    "Extend a sweep": ("test_what_is_done_is_not_done_again_and_a_grown_grid_runs_only_what_is_new",),
    "See failed cells, exit code 1": ("test_a_cell_that_fails_makes_the_exit_code_one_and_is_named",),
    "Read the table of all cells": ("test_the_table_has_a_line_for_each_cell_and_is_read_back_by_any_reader",),
    "Map two settings": ("test_two_settings_make_a_map_with_a_number_in_each_place_and_a_dash_where_nothing_is_done",),
    "Sweep on a Ray cluster (--ray)":
        ("test_a_cluster_finds_the_same_to_the_last_bit_as_this_machine_and_a_node_that_is_killed_costs_nothing",
         "test_a_driver_that_is_killed_goes_on_with_the_same_command"),
    "Choose processors and GPUs of a cell (--cpus-per-cell)": ("test_a_cell_gets_the_requested_processors_and_gpus",),
}  # fmt: skip
"""What you can do, and the tests that cover it."""
REMOVED = {
    "Measure success against width (kuzushi widths)": "is an executed example of the gallery in docs/gallery",
    "Close the gaps between the cells of a board (kuzushi gaps)": "is an executed example of the gallery",
    "Choose the hidden units of NetFull (kuzushi width-search)": "is an executed example of the gallery",
    "Clean a folder of runs (kuzushi runs clean)": "deletes users' files for little gain; delete a run folder by hand",
    "Train sweep cells as one ensemble (--no-pack)": "was complex; the axis of nets trains seeds together",
    "Error lines taken from tyro's error box": "tyro's own output has better suggestions",
    "Own downloader, with resumed partial files": "is replaced by pooch with a loop over mirrors",
    "Integrated gradients by captum": "is replaced by twenty lines of our own",
    "Figures that need JavaScript to be seen": "every figure is visible without scripts",
}
MUST_NOT_BE_LOST = (
    "Paired comparison of recognisers (kuzushi compare)", "Calibration of probabilities", "Claims of the counting law",
    "Bit-for-bit resume (--resume)", "Refusal of changed inputs", "Guards of every reader",
    "Read new pictures (kuzushi classify)", "Export a net to ONNX (kuzushi export)", "List runs (kuzushi runs list)",
    "Show a run (kuzushi runs show)",
)  # fmt: skip
COMMANDS = (
    "reproduce characters compare width-search checkerboard widths design gaps sequences sweep runs report verify "
    "certify check classify export data"
)
SKIP = re.compile(r"\bpytest\.(mark\.)?skip\b")


def runs(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> bool:
    """Return whether a module, class or test is not skipped without a condition."""
    plain = [line for line in node.body if isinstance(line, ast.Assign | ast.Expr)]
    return not any(SKIP.search(ast.unparse(line)) for line in [*getattr(node, "decorator_list", ()), *plain])


def names(node: ast.Module | ast.ClassDef) -> set[str]:
    """Return the names of the tests in a module or class."""
    inside = [child for child in node.body if isinstance(child, ast.ClassDef | ast.FunctionDef) and runs(child)]
    nested = (names(child) for child in inside if isinstance(child, ast.ClassDef))
    return {child.name for child in inside if child.name.startswith("test_")}.union(*nested)


MODULES = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.rglob("test_*.py")]
TESTS = set().union(*(names(module) for module in MODULES if runs(module)))


@pytest.mark.parametrize("capability", COVERED)
def test_a_capability_is_covered_by_tests_that_run(capability):
    assert COVERED[capability]
    assert [name for name in COVERED[capability] if name not in TESTS] == [], "are missing or skipped"


@pytest.mark.parametrize("capability", MUST_NOT_BE_LOST)
def test_a_capability_that_must_not_be_lost_is_covered(capability):
    assert capability in COVERED


def test_a_capability_is_either_covered_or_removed_with_a_reason():
    assert not COVERED.keys() & REMOVED.keys()
    assert all(REMOVED.values())


@pytest.mark.parametrize("command", COMMANDS.split())
def test_a_command_of_the_first_edition_is_covered_or_removed(command):
    assert any(re.search(rf"\(kuzushi {command}[ )]", capability) for capability in (*COVERED, *REMOVED))


# --- capabilities without another test ------------------------------------------------------------------------


def test_reproduce_shortens_training_on_60000_images(monkeypatch, tmp_path):
    from kuzushi.reproduce import experiments

    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path))
    for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (tmp_path / f"{part}-ubyte.gz").touch()
    made = dict(experiments(Path("runs"), lambda *_: None))
    assert (made["conv-kmnist"].epochs, made["deep-kmnist"].epochs) == (3, 2)


def test_the_precision_is_the_requested_one(kuzushi):
    for precision in ("float32", "bfloat16"):
        words = ("characters", "--net", "conv", "--data", "brush:100/20", "--epochs", "1", "--precision", precision)
        assert json.loads(kuzushi(*words, "--json")[1])["precision"] == precision


def test_runs_are_listed_and_shown(kuzushi):
    command = "checkerboard --nets 2 --epochs 100"
    shown = kuzushi(*command.split(), "--out", "runs/board")[1]
    assert "runs/board  checkerboard  --nets 2 --epochs 100" in kuzushi("runs", "list", "runs")[1]
    assert kuzushi("runs", "show", "runs/board")[1] == shown
    Path("runs/board/result.json").unlink()
    assert "unfinished" in kuzushi("runs", "list", "runs")[1]
    assert f"kuzushi {command} --out runs/board --resume" in kuzushi("runs", "show", "runs/board")[1]


def test_a_cell_gets_the_requested_processors_and_gpus(kuzushi, monkeypatch):
    asked = {}

    def remote(**options):
        asked.update(options)
        return lambda function: SimpleNamespace(remote=lambda *task: lambda: function(*task))

    ray = SimpleNamespace(
        init=lambda **_: None, shutdown=lambda: None, cluster_resources=dict, remote=remote,
        wait=lambda sent, **_: (sent, []), get=lambda sent: sent(), exceptions=SimpleNamespace(RayError=OSError),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    Path("grid.toml").write_text('subject = "design"\n[grid]\ndata = ["xor"]\n')
    words = ("--ray", "auto", "--cpus-per-cell", "2", "--gpus-per-cell", "0.25")
    assert kuzushi("sweep", "grid.toml", "--out", "sweep", *words)[0] == 0
    assert (asked["num_cpus"], asked["num_gpus"]) == (2, 0.25)
