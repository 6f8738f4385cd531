/** How the states of a net become points: its units as they are, or two principal components of many. */

const HIDDEN_REACH = 1;
const MARGIN = 0.08;

/**
 * A view of the states.
 *
 * @param net with `projections` where it has more than three units
 * @param quantity "hidden" or "cell"
 * @param points what the view must have room for: places of readings
 * @returns {{dimensions, axes: string[], limits: [number, number][], at: (place) => number[], share}} where `share` is
 *   that of the variance of the first `counted` points, for principal components; else null
 */
export function viewOf(net, quantity, points, counted) {
  const hid = net.weights.weight_hh[0].length;
  const projection = net.projections?.[quantity];
  const name = quantity === "cell" ? "cell" : hid === 3 ? "hidden" : "hidden unit";
  if (projection) {
    const at = (place) => projection.directions.map((direction) => along(direction, place[quantity], projection.mean));
    const share = shareOf(points.slice(0, counted), quantity, at);
    const axes = ["first principal component", "second principal component"];
    return { dimensions: 2, axes, limits: limitsOf(points, at), at, share };
  }
  if (hid === 1) {
    const at = (place) => [place.place, place[quantity][0]];
    return { dimensions: 2, axes: ["symbols read", `${name} 1`], limits: limitsOf(points, at), at, share: null };
  }
  const at = (place) => place[quantity];
  const axes = Array.from({ length: hid }, (_, unit) => `${name} ${unit + 1}`);
  const limits = quantity === "hidden" ? axes.map(() => [-HIDDEN_REACH, HIDDEN_REACH]) : limitsOf(points, at);
  return { dimensions: hid, axes, limits, at, share: null };
}

/**
 * Points in the order in which they are named: of the states of each name first the one nearest to their mean, then the
 * others. (The mean itself may lie where no state is: where a net comes to a state from two sides.)
 */
export function orderOfNames(points, quantity) {
  const clusters = new Map();
  for (const point of points) {
    const { state } = point.position;
    clusters.set(state, [...(clusters.get(state) ?? []), point]);
  }
  const middles = [...clusters.values()].map((places) => {
    return nearest(places, mean(places.map((place) => place[quantity])), quantity);
  });
  return [...middles, ...points.filter((point) => !middles.includes(point))];
}

/** The point that lies nearest to a vector, over all units. */
export function nearest(points, vector, quantity) {
  return points.reduce((best, each) => (away(each[quantity], vector) < away(best[quantity], vector) ? each : best));
}

/** How far two states are apart. */
export function away(a, b) {
  return Math.hypot(...a.map((value, unit) => value - b[unit]));
}

function along(direction, vector, mean) {
  return direction.reduce((sum, weight, unit) => sum + weight * (vector[unit] - mean[unit]), 0);
}

function limitsOf(points, at) {
  const coordinates = points.map(at);
  return coordinates[0].map((_, axis) => {
    const values = coordinates.map((each) => each[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = MARGIN * (high - low) || 1;
    return [low - margin, high + margin];
  });
}

function shareOf(points, quantity, at) {
  return variance(points.map(at)) / variance(points.map((place) => place[quantity]));
}

function variance(vectors) {
  const centre = mean(vectors);
  return vectors.reduce((sum, vector) => sum + vector.reduce((part, v, i) => part + (v - centre[i]) ** 2, 0), 0);
}

function mean(vectors) {
  return vectors[0].map((_, i) => vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length);
}
