/** A sheet to write on, with mouse, pen, finger or keys. */

import { extended, GRID, onPad, smooth } from "characters/strokes";
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
 * @param undo called for the last stroke to be taken back
 * @param tell called with what the keys made of the pen, in words
 * @returns {{show: (strokes) => void}}
 */
export function pad(sheet, { begin, change, undo, tell }) {
  const ink = svg("g", { class: "ink" });
  const cursor = svg("circle", { class: "cursor", r: 7 });
  sheet.append(ink, cursor);
  const show = (strokes) => ink.replaceChildren(...strokes.map((stroke) => svg("path", { d: path(stroke) })));
  const pen = writing({ begin, change });
  followPointer(sheet, pen);
  followKeys(sheet, pen, { cursor, undo, tell });
  return { show };
}

/** What is written at the moment, by whichever hand. */
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

function followKeys(sheet, pen, { cursor, undo, tell }) {
  let at = [GRID / 2, GRID / 2];
  const held = new Set(); // two arrows at once go aslant
  const show = () => {
    cursor.setAttribute("cx", at[0]);
    cursor.setAttribute("cy", at[1]);
    cursor.classList.toggle("down", pen.isDown());
  };
  const say = () => tell(`pen ${pen.isDown() ? "down" : "up"}, ${at[0]} of ${GRID} across, ${at[1]} of ${GRID} down`);
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
    say();
  };
  sheet.addEventListener("keydown", (event) => {
    const back = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (!back && (event.ctrlKey || event.metaKey || event.altKey)) return;
    if (event.key in DIRECTIONS) {
      held.add(event.key);
      const step = event.shiftKey ? FINE_STEP : STEP;
      const moves = [...held].map((key) => DIRECTIONS[key]);
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
  sheet.addEventListener("keyup", (event) => held.delete(event.key));
  sheet.addEventListener("blur", () => {
    held.clear();
    pen.up();
    show();
  });
  show();
}

function path(stroke) {
  const line = stroke.length === 1 ? [stroke[0], stroke[0]] : smooth(stroke);
  return "M" + line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
}
