/** The course of a training as a small curve: loss against epochs. */

import { svg } from "elements";
import { ticks } from "perceptron/plane_points";
import { number } from "perceptron/unit_lines";

const [WIDTH, HEIGHT] = [440, 150];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 424, 12, 116];
const MOST_TICKS = 5; // of the losses
const LONGEST = 600; // losses kept; of longer courses every second, fourth, ...

/** Losses by epoch, thinned out as they become many. */
export function course() {
  let stride = 1;
  let values = [];
  return {
    note(epoch, loss) {
      if (epoch % stride !== 0) return;
      values.length = Math.min(values.length, epoch / stride); // what was there after it belonged to another descent
      values[epoch / stride] = loss;
      if (values.length <= LONGEST) return;
      values = values.filter((_, n) => n % 2 === 0);
      stride *= 2;
    },
    /** [epoch, loss] up to an epoch. */
    upTo(epoch) {
      return values.map((loss, n) => [n * stride, loss]).filter(([at, loss]) => at <= epoch && loss !== undefined);
    },
  };
}

/** Draw [epoch, loss] points into an SVG element, the loss on a logarithmic axis. */
export function drawCurve(element, points) {
  element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  const axes = [
    svg("path", { d: `M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}`, class: "axes" }),
    svg("text", { x: RIGHT, y: HEIGHT - 3, class: "axis end" }, "epochs"),
    svg("text", { x: LEFT + 6, y: TOP + 8, class: "axis" }, "loss (nats, logarithmic)"),
  ];
  const seen = points.filter(([, loss]) => loss > 0);
  if (seen.length < 2) {
    element.replaceChildren(...axes);
    return;
  }
  const last = seen.at(-1)[0];
  const logs = seen.map(([, loss]) => Math.log10(loss));
  const high = Math.max(0, ...logs) + 0.15;
  const low = Math.min(high - 1, ...logs) - 0.05;
  const x = (epoch) => LEFT + ((RIGHT - LEFT) * epoch) / last;
  const y = (log) => BOTTOM - ((BOTTOM - TOP) * (log - low)) / (high - low);
  const d = logs.map((log, n) => `${n ? "L" : "M"}${x(seen[n][0]).toFixed(1)} ${y(log).toFixed(1)}`).join("");
  element.replaceChildren(
    ...axes,
    ...roundLogs(low, high).map((log) => {
      return svg("text", { x: LEFT - 6, y: y(log) + 4, class: "tick-label upright" }, number(10 ** log, 1));
    }),
    ...ticks(0, last * 1.05).map((epoch) => {
      return svg("text", { x: x(epoch), y: BOTTOM + 17, class: "tick-label" }, epoch.toLocaleString("en"));
    }),
    svg("path", { d, class: "curve" }),
  );
}

/** The logarithms of round numbers in a range: of powers of ten, and if these are few of 2 and 5 between them. */
function roundLogs(low, high) {
  const step = Math.max(1, Math.ceil((high - low) / MOST_TICKS));
  const powers = [];
  for (let power = Math.floor(high); power >= Math.floor(low); power -= step) powers.push(power);
  const all = powers.length > 3 ? powers : powers.flatMap((power) => [1, 2, 5].map((n) => power + Math.log10(n)));
  return all.filter((log) => log >= low && log <= high);
}
