"""Measure the speed of a page in a browser: until the first paint, and during interaction.

    python benchmarks/page.py report/index.html

The page is opened from the disk in Chromium without a window. Counted are the milliseconds until something is painted
and until all demos and figures are there; until each net of the character demo has answered, over 50 images; and the
script of one frame, layout included, while a line of a perceptron with 8 units is moved, a string is stepped through,
and a weight is turned. Medians, with the 95th percentile.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

ANSWERS = """async () => {
  const { recognise } = await import("nets");
  const { tensors, unpacked } = await import("unpack");
  const data = await unpacked(document.querySelector("#character_demo script.data"));
  const times = {};
  for (const net of data.nets) {
    const one = { ...net, side: data.side, weights: tensors(net.weights) };
    const noise = () => Uint8Array.from({ length: data.side ** 2 }, () => Math.random() * 256);
    const images = Array.from({ length: 60 }, noise);
    const spent = images.map((image) => {
      const before = performance.now();
      recognise(one, image);
      return performance.now() - before;
    });
    times[net.name] = spent.slice(10);
  }
  return times;
}"""
"""The first ten answers of each net, which the browser has not compiled yet, are left out."""

FRAMES = """async ([act, repetitions]) => {
  const frame = window.requestAnimationFrame.bind(window);
  const times = [];
  window.requestAnimationFrame = (draw) => frame((time) => {
    const before = performance.now();
    draw(time);
    document.body.getBoundingClientRect();
    times.push(performance.now() - before);
  });
  const step = new Function("n", act);
  for (let n = 0; n < repetitions; n++) {
    step(n);
    await new Promise((done) => frame(() => frame(done)));
  }
  window.requestAnimationFrame = frame;
  return times;
}"""

MOVE_LINE = """
  const badge = document.querySelector("#perceptron_demo .badge");
  badge.focus();
  badge.dispatchEvent(new KeyboardEvent("keydown", { key: n % 20 < 10 ? "ArrowUp" : "ArrowDown" }));
"""
STEP = """
  const place = document.querySelector("#sequence_demo [name=place]");
  place.value = n % (Number(place.max) + 1);
  place.dispatchEvent(new Event("input", { bubbles: true }));
"""
TURN_WEIGHT = """
  const slide = document.querySelector("#sequence_demo [name=slide]");
  slide.value = Number(slide.min) + ((n % 40) / 40) * (slide.max - slide.min);
  slide.dispatchEvent(new Event("input", { bubbles: true }));
"""


def spread(times: list[float]) -> str:
    return f"{median(times):.1f} ms ({quantiles(times, n=20)[-1]:.1f})"


def main(path: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(path.resolve().as_uri())
        tab.wait_for_selector("html[data-ready]", state="attached")
        print(f"{path.stat().st_size / 1e6:.2f} MB")
        print(f"first paint {tab.evaluate('performance.getEntriesByType(`paint`)[0].startTime'):.0f} ms")
        print(f"all there   {tab.evaluate('performance.getEntriesByName(`ready`)[0].startTime'):.0f} ms")
        for name, times in tab.evaluate(ANSWERS).items():
            print(f"{name} answers in {spread(times)}")
        for units in with_eight_units(tab):
            print(f"a line of 8 {units} units moves: {spread(tab.evaluate(FRAMES, [MOVE_LINE, 100]))} a frame")
        print(f"a string is stepped through: {spread(tab.evaluate(FRAMES, [STEP, 100]))} a frame")
        print(f"a weight is turned: {spread(tab.evaluate(FRAMES, [TURN_WEIGHT, 100]))} a frame")
        browser.close()


def with_eight_units(tab: Page) -> Iterator[str]:
    """Make the perceptron of 8 units, of each kind in turn."""
    add = tab.locator('#perceptron_demo [data-part="add-unit"]')
    while add.is_enabled():
        add.click()
        tab.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    for act, name in (("step", "step"), ("sig", "sigmoid"), ("tanh", "tanh")):
        tab.locator(f"#perceptron_demo input[value='{act}']").check(force=True)
        yield name


if __name__ == "__main__":
    main(Path(sys.argv[1]))
