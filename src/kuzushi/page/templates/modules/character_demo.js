/** Write a character, or pick one, and see what every recogniser of the report makes of it. */

import { share, shared } from "address";
import { drawn, lookOf } from "characters/fitting";
import { paint } from "characters/net_card";
import { readings, squareOf } from "characters/readings";
import { groupsOf, sameKey, sampleRow } from "characters/samples";
import { pad, unwritten, written } from "characters/sheet";
import { afterRest, inFrames } from "timing";
import { tensors } from "unpack";

const REST = 300; // milliseconds, before the address follows

export async function start(demo, data) {
  const { classes, side } = data;
  const part = (name) => demo.querySelector(`.${name}`);
  const { training, groups } = groupsOf(data);
  const look = lookOf(training.map((image) => image.pixels), side);
  const announce = (words) => (part("status").textContent = words);

  /** What is read: the sample, or where there is none the strokes. */
  let state = restored(shared(demo.id), groups) ?? { strokes: [], sample: training[0] ?? null };
  const change = (changed) => {
    state = { ...state, ...changed };
    draw();
    rememberLater();
  };
  const rememberLater = afterRest(REST, () => share(demo.id, shareable(state)));
  const pick = (sample) => change({ sample });
  const undo = () => change(state.sample ? { sample: null } : { strokes: state.strokes.slice(0, -1) });

  const read = readings({
    nets: data.nets.map((net) => ({ ...net, side, weights: tensors(net.weights) })),
    classes,
    training: { images: training, side },
    elements: { nets: part("nets"), nearest: part("nearest") },
    pick,
    announce,
  });
  const sheet = pad(part("pad"), {
    begin: (stroke) => change({ strokes: state.sample ? [stroke] : [...state.strokes, stroke], sample: null }),
    change: (stroke) => change({ strokes: [...state.strokes.slice(0, -1), stroke] }),
    undo,
    announce,
  });
  const row = sampleRow({ choice: part("choice"), row: part("row"), groups, side, pick });
  part("undo").addEventListener("click", undo);
  part("clear").addEventListener("click", () => change({ strokes: [], sample: null }));

  const draw = inFrames(() => {
    const { strokes, sample } = state;
    const pixels = sample?.pixels ?? (strokes.length ? drawn(strokes, look) : null);
    sheet.show(sample ? [] : strokes);
    paint(part("sample"), sample?.pixels ?? null, side);
    paint(part("seen"), pixels, side);
    part("pad").setAttribute("aria-label", described(state));
    part("seen").setAttribute("aria-label", pixels ? `${side} × ${side} pixels of what is read` : "nothing is read");
    row.show(sample?.key ?? null);
    read(pixels, sample?.label);
  });
  fillTexts(part, { data, look, images: training.length });
  draw();
}

/** Return the part of a state that goes into the address. */
function shareable({ strokes, sample }) {
  return sample ? { sample: sample.key } : { strokes: written(strokes) };
}

/** Return the state in an address, or null if it is invalid. */
function restored(value, groups) {
  if (typeof value !== "object" || value === null) return null;
  if (value.strokes === "") return { strokes: [], sample: null };
  const strokes = unwritten(value.strokes);
  if (strokes) return { strokes, sample: null };
  const images = groups.flatMap((group) => group.images);
  const sample = Array.isArray(value.sample) && images.find((image) => sameKey(image.key, value.sample));
  return sample ? { strokes: [], sample } : null;
}

function described({ strokes, sample }) {
  if (sample) return `Sheet to write on; it shows ${sample.words}`;
  return `Sheet to write on, ${strokes.length} stroke${strokes.length === 1 ? "" : "s"}`;
}

function fillTexts(part, { data, look, images }) {
  const { size } = squareOf(data.side);
  part("size").textContent = `${data.side} × ${data.side} pixels, as the nets get them`;
  part("width").textContent = `${look.stroke.toFixed(1)} pixels`;
  part("square").textContent = `${size} × ${size} pixels`;
  part("among").textContent =
    `of the ${images.toLocaleString("en")} training images that travel with this page ` +
    `(${data.data}: ${data.trained.toLocaleString("en")} were trained on)`;
}
