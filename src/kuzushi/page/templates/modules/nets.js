/**
 * What the nets of a report compute. It imports nothing and touches no page: numbers in, numbers out.
 *
 * A recogniser's weights are flat arrays under torch's names; those of perceptrons and recurrent nets are nested lists.
 */

const NORM_EPSILON = 1e-5; // torch.nn.BatchNorm2d's, added to a variance before its root
const DEEP_LAYERS = 7;

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** The hidden units of a perceptron. */
export const UNITS = { sig: sigmoid, tanh: Math.tanh, step: (x) => (x >= 0 ? 1 : 0) };

/** The middle of each unit's range: from there on it counts as on. */
export const MIDDLE = { sig: 0.5, tanh: 0, step: 0.5 };

/** Return probabilities from logits. */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}

/* ---- perceptrons ---- */

/**
 * Return the hidden units, the logit and the output of a perceptron at one point.
 *
 * @param weights {hidden_weight: (hid, inputs), hidden_bias: (hid), output_weight: (1, hid), output_bias: (1)}
 * @param act "sig", "tanh" or "step"; the output unit is a step for step units, else a sigmoid
 * @param scale a factor on all weights and biases
 * @returns {{hidden: number[], logit: number, output: number}}
 */
export function perceptron(weights, act, point, scale = 1) {
  const unit = UNITS[act];
  const hidden = weights.hidden_weight.map((row, j) => unit(scale * (dot(row, point) + weights.hidden_bias[j])));
  const logit = scale * (dot(weights.output_weight[0], hidden) + weights.output_bias[0]);
  return { hidden, logit, output: act === "step" ? UNITS.step(logit) : sigmoid(logit) };
}

/**
 * Return the mean binary cross-entropy over the points in nats, and its gradient by every weight, in the shape of the
 * weights.
 *
 * Step units have none: their derivative is 0 wherever it exists.
 */
export function perceptronGradient(weights, act, points, targets) {
  const hid = weights.hidden_bias.length;
  const gradient = {
    hidden_weight: weights.hidden_weight.map((row) => row.map(() => 0)),
    hidden_bias: Array(hid).fill(0),
    output_weight: [Array(hid).fill(0)],
    output_bias: [0],
  };
  let loss = 0;
  points.forEach((point, n) => {
    const { hidden, logit } = perceptron(weights, act, point);
    loss += (softplus(logit) - targets[n] * logit) / points.length;
    const byLogit = (sigmoid(logit) - targets[n]) / points.length;
    gradient.output_bias[0] += byLogit;
    hidden.forEach((h, j) => {
      gradient.output_weight[0][j] += byLogit * h;
      const slope = act === "tanh" ? 1 - h * h : h * (1 - h);
      const byInput = byLogit * weights.output_weight[0][j] * slope;
      gradient.hidden_bias[j] += byInput;
      point.forEach((x, i) => (gradient.hidden_weight[j][i] += byInput * x));
    });
  });
  return { loss, gradient };
}

/* ---- recognisers ---- */

/**
 * Return the probabilities of the classes of an image.
 *
 * @param net {kind: "lin", "full", "conv" or "deep", side, weights: {name: {shape, values}}}
 * @param pixels 0..255 row by row, side * side of them; 0 is the ground
 * @returns {number[]} the probability of each class
 */
export function recognise(net, pixels) {
  const image = Float64Array.from(pixels, (pixel) => pixel / 127.5 - 1);
  return softmax(RECOGNISERS[net.kind](net.weights, image, net.side));
}

const RECOGNISERS = {
  lin: (weights, image) => linear(weights, "fc", image),
  full: (weights, image) => linear(weights, "fc2", linear(weights, "fc1", image).map(Math.tanh)),
  conv: (weights, image, side) => {
    let maps = pooled(convolved({ channels: 1, side, values: image }, weights, "conv1", 0));
    maps.values = maps.values.map(relu);
    maps = pooled(convolved(maps, weights, "conv2", 0));
    return linear(weights, "fc2", linear(weights, "fc1", maps.values.map(relu)).map(relu));
  },
  deep: (weights, image, side) => {
    let maps = { channels: 1, side, values: image };
    for (let number = 1; number <= DEEP_LAYERS; number++) {
      maps = convolved(maps, weights, `layers.conv${number}`, 1);
      if (number % 2 === 0) maps = pooled(maps);
      normalise(maps, weights, `layers.norm${number}`);
      maps.values = maps.values.map(relu);
    }
    return linear(weights, "fc", means(maps));
  },
};

const relu = (x) => (x > 0 ? x : 0);

/** Return W x + b, as torch.nn.Linear. */
function linear(weights, name, x) {
  const { shape, values } = weights[`${name}.weight`];
  const out = Float64Array.from(weights[`${name}.bias`].values);
  for (let row = 0, at = 0; row < shape[0]; row++) {
    let sum = 0;
    for (let column = 0; column < shape[1]; column++) sum += values[at++] * x[column];
    out[row] += sum;
  }
  return out;
}

/**
 * Return a convolution with 3 x 3 kernels, as torch.nn.Conv2d.
 *
 * Rows of the padded input lie one behind the other, so that one loop goes over the whole plane; what it computes where
 * a kernel would reach over the end of a row is thrown away.
 */
function convolved(maps, weights, name, padding) {
  const kernels = weights[`${name}.weight`];
  const bias = weights[`${name}.bias`]?.values;
  const [channels, before] = kernels.shape;
  const width = maps.side + 2 * padding;
  const side = width - 2;
  const input = padding ? padded(maps) : maps.values;
  const plane = width * width;
  const reach = (side - 1) * width + side; // from the first kept place of a plane to the last
  const sums = new Float64Array(reach);
  const out = new Float64Array(channels * side * side);
  for (let channel = 0; channel < channels; channel++) {
    sums.fill(bias ? bias[channel] : 0);
    for (let source = 0; source < before; source++) {
      addConvolution(sums, input, source * plane, width, kernels.values, 9 * (channel * before + source));
    }
    for (let y = 0; y < side; y++) {
      out.set(sums.subarray(y * width, y * width + side), (channel * side + y) * side);
    }
  }
  return { channels, side, values: out };
}

function addConvolution(sums, input, start, width, kernels, at) {
  const [a, b, c, d, e, f, g, h, i] = kernels.subarray(at, at + 9);
  for (let p = 0, top = start, middle = start + width, low = start + 2 * width; p < sums.length; p++) {
    sums[p] +=
      a * input[top] + b * input[top + 1] + c * input[top + 2] +
      d * input[middle] + e * input[middle + 1] + f * input[middle + 2] +
      g * input[low] + h * input[low + 1] + i * input[low + 2];
    top++;
    middle++;
    low++;
  }
}

/** Return the maps with a border of zeros, one wide. */
function padded({ channels, side, values }) {
  const width = side + 2;
  const out = new Float64Array(channels * width * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < side; y++) {
      const row = (channel * side + y) * side;
      out.set(values.subarray(row, row + side), (channel * width + y + 1) * width + 1);
    }
  }
  return out;
}

/** Return the maximum of each two by two pixels; the last row and column of an odd side are dropped. */
function pooled({ channels, side, values }) {
  const half = Math.floor(side / 2);
  const out = new Float64Array(channels * half * half);
  for (let channel = 0, to = 0; channel < channels; channel++) {
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const from = (channel * side + 2 * y) * side + 2 * x;
        out[to++] = Math.max(values[from], values[from + 1], values[from + side], values[from + side + 1]);
      }
    }
  }
  return { channels, side: half, values: out };
}

/** Normalise by the means and variances kept from training, as torch.nn.BatchNorm2d. */
function normalise({ channels, side, values }, weights, name) {
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (part) => weights[`${name}.${part}`].values,
  );
  for (let channel = 0, at = 0; channel < channels; channel++) {
    const factor = weight[channel] / Math.sqrt(variance[channel] + NORM_EPSILON);
    const shift = bias[channel] - mean[channel] * factor;
    for (const end = at + side * side; at < end; at++) values[at] = values[at] * factor + shift;
  }
}

/** Return the mean of each map. */
function means({ channels, side, values }) {
  const area = side * side;
  return Float64Array.from({ length: channels }, (_, channel) => {
    return values.subarray(channel * area, (channel + 1) * area).reduce((a, b) => a + b, 0) / area;
  });
}

/* ---- recurrent nets ---- */

/** Return the initial state of a recurrent net: before the first symbol, and after a reset. */
export function start({ kind, weights }) {
  return kind === "lstm" ? { hidden: weights.h_0, cell: weights.c_0 } : { hidden: weights.h_0 };
}

/**
 * Return the state of a recurrent net after one more symbol, with the probabilities of the next.
 *
 * @param net {kind: "srn" or "lstm", weights: {weight_ih, weight_hh, bias, weight_out, bias_out, h_0, and of an LSTM
 *   c_0}} of one net; the rows of an LSTM stand in the order input gate, forget gate, candidate, output gate
 * @param symbol its index in the alphabet
 * @param state {hidden, and of an LSTM cell} before the symbol
 * @returns {hidden, probabilities of the next symbol; for an LSTM also cell, input, forget, candidate and output}
 */
export function read(net, symbol, state) {
  const { weights } = net;
  const rows = weights.bias.map(
    (bias, row) => bias + weights.weight_ih[row][symbol] + dot(weights.weight_hh[row], state.hidden),
  );
  const after = net.kind === "lstm" ? remember(rows, state.cell) : { hidden: rows.map(Math.tanh) };
  const logits = weights.bias_out.map((bias, row) => bias + dot(weights.weight_out[row], after.hidden));
  return { ...after, probabilities: softmax(logits) };
}

function remember(rows, cell) {
  const hid = cell.length;
  const input = rows.slice(0, hid).map(sigmoid);
  const forget = rows.slice(hid, 2 * hid).map(sigmoid);
  const candidate = rows.slice(2 * hid, 3 * hid).map(Math.tanh);
  const output = rows.slice(3 * hid).map(sigmoid);
  const kept = cell.map((c, j) => forget[j] * c + input[j] * candidate[j]);
  return { hidden: kept.map((c, j) => output[j] * Math.tanh(c)), cell: kept, input, forget, candidate, output };
}

/* ---- arithmetic ---- */

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Return log(1 + exp(x)), without overflow. */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
