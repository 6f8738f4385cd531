/** The figures of the page, which stand in it compressed. */

import { inflate } from "unpack";

/** Show every figure. */
export async function showFigures() {
  await Promise.all([...document.querySelectorAll("img[data-packed]")].map(show));
}

async function show(image) {
  const svg = await inflate(image.dataset.packed);
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  delete image.dataset.packed;
}
