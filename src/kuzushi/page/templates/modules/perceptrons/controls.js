/** The controls of the demo: the net, the kind of its units, the factor, undo, and files. */

import { checkedNet, effective, samePoints, sameWeights, SCALE } from "perceptrons/state";

/**
 * Connect the fields of the kind of the units and of the factor on all weights.
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
export function undoControls(demo, part, acts) {
  part("undo").addEventListener("click", acts.undo);
  part("redo").addEventListener("click", acts.redo);
  demo.addEventListener("keydown", (event) => {
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

/**
 * Connect the buttons that save nets and points and open nets; an invalid file changes nothing, and a notice says why.
 */
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

/* ---- net choice ---- */

/**
 * Fill a <select> with nets by group.
 *
 * @param chosen called with a net of the report, or null for the one that is to be designed
 * @returns a function that shows which net a state has: (state)
 */
export function netChoice(select, nets, chosen) {
  const changed = option("changed", "your own net");
  changed.disabled = true;
  select.append(changed);
  for (const group of new Set(nets.map((net) => net.group))) {
    const made = document.createElement("optgroup");
    made.label = group;
    nets.forEach((net, index) => {
      if (net.group === group) made.append(option(String(index), net.name));
    });
    select.append(made);
  }
  select.append(option("design", "design your own: 4 step units"));
  select.addEventListener("change", () => chosen(nets[select.value] ?? null));
  return (state) => {
    const same = (net) => net.act === state.act && sameWeights(net, state.weights) && samePoints(net, state);
    const index = state.scale === 1 ? nets.findIndex(same) : -1;
    select.value = index < 0 ? "changed" : String(index);
  };
}

function option(value, text) {
  const made = document.createElement("option");
  Object.assign(made, { value, textContent: text });
  return made;
}

/* ---- weights file ---- */

const LONGEST = 1e6; // bytes; a net of the demo has some hundred

/** Return the text of a net file, with the factor multiplied in. */
function netFile(state) {
  return `${JSON.stringify({ ...effective(state), act: state.act }, null, 1)}\n`;
}

/** Return points as a CSV table. */
function pointsFile({ points, targets }) {
  return ["x1,x2,target", ...points.map((point, n) => [...point, targets[n]].join())].join("\n") + "\n";
}

/**
 * Return the net in a file.
 *
 * @throws {Error} in one line: what is wrong with the file
 */
async function netInFile(file) {
  try {
    if (file.size > LONGEST) throw new Error(`has ${file.size} bytes; expected a net of some hundred`);
    return checkedNet(parsed(await file.text()));
  } catch (error) {
    throw new Error(`${file.name} ${error.message}.`, { cause: error });
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("is not JSON; expected a net file of this demo or of kuzushi");
  }
}

/** Give the reader a file. */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
