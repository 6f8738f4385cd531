/** Images on canvases: dark ink on the paper that the style sheet gives them, and maps over them. */

const INK = [28, 28, 28];
const PAPER = [255, 255, 255];
const FOR = [0, 114, 178]; // Okabe and Ito's blue
const AGAINST = [213, 94, 0]; // and vermilion
const UNDER_MAP = 0.7; // how dark ink is under a map, so that the colour is seen in it

/** Show an image of side * side pixels, 0..255; null shows bare paper. */
export function paint(canvas, pixels, side) {
  fill(canvas, side, (bytes) => {
    if (pixels === null) return;
    for (let at = 0; at < pixels.length; at++) {
      bytes.set(INK, 4 * at);
      bytes[4 * at + 3] = pixels[at];
    }
  });
}

/** Show an image with a number for each pixel as colour: blue up to `most`, vermilion down to minus `most`. */
export function paintMap(canvas, pixels, side, map, most) {
  fill(canvas, side, (bytes) => {
    for (let at = 0; at < pixels.length; at++) {
      const colour = mixed(PAPER, map[at] > 0 ? FOR : AGAINST, Math.min(1, Math.abs(map[at]) / most));
      bytes.set(mixed(colour, INK, (UNDER_MAP * pixels[at]) / 255), 4 * at);
      bytes[4 * at + 3] = 255;
    }
  });
}

const mixed = (a, b, share) => a.map((x, i) => x + share * (b[i] - x));

function fill(canvas, side, write) {
  canvas.width = canvas.height = side;
  const image = new ImageData(side, side);
  write(image.data);
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(image, 0, 0); // too small for a graphics card
}
