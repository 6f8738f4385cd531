/** Nets and points as files: the JSON that `kuzushi verify` reads, and the CSV that its `--data` takes. */

import { checkedNet, effective } from "perceptron/state";

const LONGEST = 1e6; // bytes; a net of the bench has some hundred

/** A net as a file: the scale is multiplied in. */
export function netFile(state) {
  return `${JSON.stringify({ ...effective(state), act: state.act }, null, 1)}\n`;
}

/** Points as a table. */
export function pointsFile({ points, targets }) {
  return ["x1,x2,target", ...points.map((point, n) => [...point, targets[n]].join())].join("\n") + "\n";
}

/**
 * The net in a file.
 *
 * @throws {Error} in one line: what is wrong with the file
 */
export async function netInFile(file) {
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
    throw new Error("is not JSON; expected a file as this bench and the program write it");
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
