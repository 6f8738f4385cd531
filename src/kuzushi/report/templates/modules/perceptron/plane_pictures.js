/** The pictures of the bench: the plane of the net, and a small one for every hidden unit. */

import { drawBorder, drawLine, drawPoints, fitted, painter } from "perceptron/plane_drawing";
import { planeValues } from "perceptron/plane_values";
import { netInWords, unitsInWords } from "perceptron/score";
import { equation, inFrame, lineEnds } from "perceptron/unit_lines";

/**
 * Draws all planes of a state.
 *
 * @param plane the canvas of the net
 * @param list the element that holds those of the hidden units
 * @returns a function that draws: (state, weights with the scale in them, responses, which are right, colours)
 */
export function planePictures(plane, list) {
  const paintNet = painter(plane);
  let small = [];
  return (state, weights, responses, right, colours) => {
    if (small.length !== weights.hidden_bias.length) small = unitPictures(list, weights.hidden_bias.length);
    [plane, ...small.map(({ canvas }) => canvas)].forEach(fitted);
    const { side, hidden, logits, output } = planeValues(weights, state.act, state.frame);
    const context = paintNet(output, side, 0, colours);
    if (state.act !== "step") drawBorder(context, logits, side, colours);
    plane.setAttribute("aria-label", `The output of the net over the plane: ${netInWords(state, responses, right)}`);
    const words = unitsInWords(state, responses);
    const places = state.points.map((point) => placeIn(state.frame, point));
    small.forEach(({ canvas, paint, said, line }, j) => {
      const low = state.act === "tanh" ? -1 : 0;
      const drawn = paint(hidden[j], side, low, colours);
      const unit = { weight: weights.hidden_weight[j], bias: weights.hidden_bias[j] };
      const ends = lineEnds(inFrame(unit, state.frame));
      if (ends !== null) drawLine(drawn, ends, colours);
      drawPoints(drawn, places, state.targets, colours);
      canvas.setAttribute("aria-label", `H${j + 1} over the plane: ${words[j]}`);
      write(said, words[j].split(/ points?/)[0]);
      write(line, equation(unit, 3));
    });
    return words;
  };
}

function placeIn([low1, high1, low2, high2], [x1, x2]) {
  return [(x1 - low1) / (high1 - low1), (x2 - low2) / (high2 - low2)];
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A canvas with its name for each of so many units. */
function unitPictures(list, units) {
  const made = Array.from({ length: units }, (_, j) => {
    const picture = document.createElement("div");
    const canvas = document.createElement("canvas");
    const name = document.createElement("b");
    const said = document.createElement("span");
    const line = document.createElement("i");
    canvas.setAttribute("role", "img");
    name.textContent = `H${j + 1}`;
    const caption = document.createElement("p");
    caption.append(name, " ", said, line);
    picture.append(canvas, caption);
    return { picture, canvas, said, line, paint: painter(canvas, { small: true }) };
  });
  list.replaceChildren(...made.map(({ picture }) => picture));
  return made;
}
