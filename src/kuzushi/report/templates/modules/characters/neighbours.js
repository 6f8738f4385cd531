/** Which images are most like another. */

/**
 * The nearest images by the Euclidean distance of their pixels, where full ink is 1.
 *
 * @returns {{place: number, distance: number}[]} nearest first
 */
export function nearest(images, pixels, count) {
  return images
    .map((image, place) => ({ place, distance: distance(image, pixels) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count);
}

function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum) / 255;
}
