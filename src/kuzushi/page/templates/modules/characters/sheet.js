/** A sheet to write on with mouse, pen, finger or keys, and its strokes. */

import { svg } from "elements";

const STEP = 10; // units that a key moves the pen: a pixel of 28
const FINE_STEP = 5; // with the shift key
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Let a sheet be written on.
 *
 * @param sheet an svg element of 280 x 280 units
 * @param begin called with the first point of a stroke
 * @param change called with the stroke as it grows: with one point more than before
 * @param undo called for the last stroke to be removed
 * @param announce called with what the keys made of the pen, in words
 * @returns {{show: (strokes) => void}}
 */
export function pad(sheet, { begin, change, undo, announce }) {
  const ink = svg("g", { class: "ink" });
  const cursor = svg("circle", { class: "cursor", r: 7 });
  sheet.append(ink, cursor);
  const show = (strokes) => ink.replaceChildren(...strokes.map((stroke) => svg("path", { d: path(stroke) })));
  const pen = writing({ begin, change });
  followPointer(sheet, pen);
  followKeys(sheet, pen, { cursor, undo, announce });
  return { show };
}

/** Return the stroke that is being written, by mouse, pen, finger or keys. */
function writing({ begin, change }) {
  let stroke = null;
  return {
    down(point) {
      stroke = [point];
      begin(stroke);
    },
    to(point) {
      if (stroke === null) return;
      const before = stroke;
      stroke = extended(stroke, point);
      if (stroke !== before) change(stroke);
    },
    up() {
      stroke = null;
    },
    isDown: () => stroke !== null,
  };
}

function followPointer(sheet, pen) {
  let pointer = null; // one finger writes, another does nothing
  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    return onPad(((event.clientX - box.left) / box.width) * GRID, ((event.clientY - box.top) / box.height) * GRID);
  };
  const end = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    pen.up();
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    if (event.isTrusted) sheet.setPointerCapture(pointer);
    pen.up();
    pen.down(place(event));
  });
  sheet.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const all = event.getCoalescedEvents();
    for (const one of all.length ? all : [event]) pen.to(place(one));
  });
  sheet.addEventListener("pointerup", end);
  sheet.addEventListener("pointercancel", end);
}

function followKeys(sheet, pen, { cursor, undo, announce }) {
  let at = [GRID / 2, GRID / 2];
  const pressed = new Set(); // two arrows at once go diagonally
  const show = () => {
    cursor.setAttribute("cx", at[0]);
    cursor.setAttribute("cy", at[1]);
    cursor.classList.toggle("down", pen.isDown());
  };
  const announcePen = () => {
    announce(`pen ${pen.isDown() ? "down" : "up"}, ${at[0]} of ${GRID} across, ${at[1]} of ${GRID} down`);
  };
  const actions = {
    " ": () => (pen.isDown() ? pen.up() : pen.down(at)),
    Escape: () => pen.up(),
    back: () => {
      pen.up();
      undo();
    },
  };
  const act = (name) => {
    actions[name]();
    announcePen();
  };
  sheet.addEventListener("keydown", (event) => {
    const back = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (!back && (event.ctrlKey || event.metaKey || event.altKey)) return;
    if (event.key in DIRECTIONS) {
      pressed.add(event.key);
      const step = event.shiftKey ? FINE_STEP : STEP;
      const moves = [...pressed].map((key) => DIRECTIONS[key]);
      at = onPad(...[0, 1].map((axis) => at[axis] + step * moves.reduce((sum, move) => sum + move[axis], 0)));
      pen.to(at);
    } else if (back || event.key in actions) {
      if (!event.repeat) act(back ? "back" : event.key);
    } else {
      return;
    }
    event.preventDefault();
    show();
  });
  sheet.addEventListener("keyup", (event) => pressed.delete(event.key));
  sheet.addEventListener("blur", () => {
    pressed.clear();
    pen.up();
    show();
  });
  show();
}

function path(stroke) {
  const line = stroke.length === 1 ? [stroke[0], stroke[0]] : smooth(stroke);
  return "M" + line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
}

/* ---- strokes ---- */

export const GRID = 280;

const APART = 4; // units between two points of a stroke, at least
const STEPS = 2; // of a smooth line between two points
const MOST_LETTERS = 40000; // of strokes as text: 10,000 points

/** Return the point of the pad nearest to (x, y). */
function onPad(x, y) {
  return [x, y].map((value) => Math.round(Math.min(GRID, Math.max(0, value))));
}

/** Return the stroke with one more point, unless it is too near to the last one. */
function extended(stroke, point) {
  const [x, y] = stroke.at(-1);
  return Math.hypot(point[0] - x, point[1] - y) < APART ? stroke : [...stroke, point];
}

/**
 * Return a stroke as a smooth line: parabolas that touch it in the middle between two neighbouring points, after each
 * point was moved half way to the middle of its neighbours, as whole numbers make a slow line rough.
 */
export function smooth(stroke) {
  if (stroke.length < 3) return stroke;
  const calm = stroke.map((point, i) => {
    return i % (stroke.length - 1) === 0 ? point : middle(point, middle(stroke[i - 1], stroke[i + 1]));
  });
  const line = [calm[0]];
  for (let i = 1; i < calm.length - 1; i++) {
    const [a, b, c] = [middle(calm[i - 1], calm[i]), calm[i], middle(calm[i], calm[i + 1])];
    for (let step = i === 1 ? 0 : 1; step <= STEPS; step++) {
      const t = step / STEPS;
      line.push([0, 1].map((axis) => (1 - t) ** 2 * a[axis] + 2 * t * (1 - t) * b[axis] + t ** 2 * c[axis]));
    }
  }
  line.push(calm.at(-1));
  return line;
}

const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/** Return strokes as text of letters and digits, which an address takes as they are: two for each number, base 36. */
export function written(strokes) {
  return strokes.map((stroke) => stroke.flat().map((x) => x.toString(36).padStart(2, "0")).join("")).join("-");
}

/** Return strokes from their text; null if it is none. */
export function unwritten(text) {
  if (typeof text !== "string" || text.length > MOST_LETTERS) return null;
  if (!/^([0-9a-z]{4})+(-([0-9a-z]{4})+)*$/.test(text)) return null;
  const strokes = text.split("-").map((stroke) => {
    return stroke.match(/.{4}/g).map((pair) => [parseInt(pair.slice(0, 2), 36), parseInt(pair.slice(2), 36)]);
  });
  return strokes.flat(2).every((x) => x <= GRID) ? strokes : null;
}
