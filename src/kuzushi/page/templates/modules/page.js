/** Start every demo of the page. */

import { sharedDemo } from "address";
import { unpacked } from "unpack";

async function begin(demo) {
  const { start } = await import(demo.id);
  await start(demo, await unpacked(demo.querySelector("script.data")));
}

await Promise.all([...document.querySelectorAll("section.demo")].map(begin));
document.getElementById(sharedDemo())?.scrollIntoView();
performance.mark("ready");
document.documentElement.dataset.ready = "";
