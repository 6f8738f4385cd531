/** What the page does once it is there: it brings its benches to life and shows its figures, whatever fails of these. */

import { sharedBench } from "address";
import { showFigures } from "figures";
import { unpacked } from "unpack";

async function begin(bench) {
  const { start } = await import(bench.id);
  await start(bench, await unpacked(bench.querySelector("script.data")));
}

const benches = Promise.all([...document.querySelectorAll("section.bench")].map(begin));
const figures = showFigures();
await benches;
document.getElementById(sharedBench())?.scrollIntoView();
await figures;
performance.mark("ready");
document.documentElement.dataset.ready = "";
