/** The fields and buttons beside the plane: kind of units, scale, undo, and files. */

import { SCALE } from "perceptron/state";
import { download, netFile, netInFile, pointsFile } from "perceptron/weights_file";

/**
 * The kind of the units and the factor on all weights.
 *
 * @param change makes an act of {act} or {scale}
 * @param lasting the same, while an act lasts
 * @returns a function that draws: (state)
 */
export function netControls(part, acts, change, lasting) {
  const kinds = [...part("acts").querySelectorAll("input")];
  for (const input of kinds) input.addEventListener("change", () => change({ act: input.value }));
  const slider = part("scale-slider");
  Object.assign(slider, { min: Math.log10(SCALE.least), max: Math.log10(SCALE.most), step: 0.001 });
  slider.addEventListener("input", () => lasting({ scale: Number((10 ** slider.valueAsNumber).toPrecision(3)) }));
  slider.addEventListener("change", acts.settle);
  const field = part("scale");
  field.addEventListener("change", () => {
    const scale = field.valueAsNumber;
    if (scale >= SCALE.least && scale <= SCALE.most) change({ scale });
    else field.value = acts.state.scale;
  });
  return (state) => {
    for (const input of kinds) input.checked = input.value === state.act;
    slider.value = Math.log10(state.scale);
    slider.setAttribute("aria-valuetext", `all weights and biases times ${state.scale}`);
    if (document.activeElement !== field) field.value = state.scale;
  };
}

/** Undo and redo by buttons and keys; what is just being typed is left to the browser. */
export function undoControls(bench, part, acts) {
  part("undo").addEventListener("click", acts.undo);
  part("redo").addEventListener("click", acts.redo);
  bench.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key) || "typed" in event.target.dataset) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) acts.redo();
    else acts.undo();
  });
  return () => {
    part("undo").disabled = !acts.canUndo;
    part("redo").disabled = !acts.canRedo;
  };
}

/** Nets and points to files, and nets from files; one that is wrong changes nothing, and says what is wrong. */
export function fileControls(part, acts, change) {
  part("export").addEventListener("click", () => download("perceptron.json", "application/json", netFile(acts.state)));
  part("export-points").addEventListener("click", () => download("points.csv", "text/csv", pointsFile(acts.state)));
  part("import").addEventListener("click", () => part("file").click());
  part("file").addEventListener("change", async () => {
    const [file] = part("file").files;
    if (file === undefined) return;
    part("file-notice").textContent = "";
    try {
      const { act, ...weights } = await netInFile(file);
      change({ weights, act, scale: 1 });
    } catch (error) {
      part("file-notice").textContent = error.message;
    }
    part("file").value = ""; // so that the same file can be chosen again
  });
}
