/** What the nets make of an image: answers at once, then the nearest images, then the pixels that decide. */

import { netCard, ranked } from "characters/answers";
import { named, percent } from "characters/class_names";
import { nearest } from "characters/neighbours";
import { occlusion } from "characters/occlusion";
import { imageButton } from "characters/samples";
import { html } from "elements";
import { recognise } from "nets";
import { afterRest, seen } from "timing";

const NEAREST = 6;
const SLOW = ["deep"]; // kinds whose answer takes about a frame: they wait until the pen rests
const REST = { answer: 80, neighbours: 120, maps: 350, words: 700 }; // milliseconds

/**
 * The nets side by side, and the list of the nearest images.
 *
 * @param places elements to fill: nets, and nearest (a list)
 * @param pick called with an image of the list that is to be read
 * @param tell called with the answers in words
 * @returns {(pixels, label) => void} shows what is made of an image, whose true class may be known; of null nothing
 */
export function readings({ nets, classes, training, places, pick, tell }) {
  const cards = nets.map((net) => netCard(net, classes));
  const probabilities = nets.map(() => null);
  places.nets.append(...cards.map((card) => card.element));
  let working = new AbortController(); // what is worked out of the image that is shown

  const answer = (i, { pixels, label }) => {
    probabilities[i] = recognise(nets[i], pixels);
    cards[i].answer(probabilities[i], label, pixels);
  };
  const best = (i) => ranked(probabilities[i])[0];
  const inWords = (name, i) => `${name} ${classes[best(i)].name} ${percent(probabilities[i][best(i)], 0)}`;
  const isSlow = (net) => SLOW.includes(net.kind);

  const followers = [
    [REST.answer, (image) => nets.forEach((net, i) => isSlow(net) && answer(i, image))],
    [REST.neighbours, ({ pixels }) => showNearest(places.nearest, { training, classes, pixels, pick })],
    [REST.maps, see],
    [REST.words, () => tell(`${nets.map((net, i) => inWords(net.name, i)).join(", ")}.`)],
  ].map(([rest, act]) => afterRest(rest, (image, signal) => signal.aborted || act(image, signal)));

  const looked = seen(places.nets);

  async function see({ pixels }, signal) {
    await looked; // seconds of work, for a reader who may never come here
    if (signal.aborted) return;
    for (const [i, net] of nets.entries()) {
      const found = await occlusion(net, pixels, best(i), { signal, tell: (done) => cards[i].looking(pixels, done) });
      if (signal.aborted) return;
      if (found) cards[i].see(pixels, found, best(i));
    }
  }

  return (pixels, label) => {
    working.abort();
    working = new AbortController();
    if (pixels === null) {
      places.nearest.replaceChildren();
      cards.forEach((card) => card.clear());
      tell("The sheet is empty.");
      return;
    }
    const image = { pixels, label };
    nets.forEach((net, i) => (isSlow(net) ? cards[i].wait(pixels) : answer(i, image)));
    for (const follow of followers) follow(image, working.signal);
  };
}

function showNearest(list, { training, classes, pixels, pick }) {
  const { side } = training;
  const items = nearest(training.images.map((image) => image.pixels), pixels, NEAREST).map(({ place, distance }) => {
    const image = training.images[place];
    const far = html("span", { class: "number" }, distance.toFixed(2));
    return html("li", {}, imageButton(image, side, pick), html("p", {}, named(classes[image.label]), far));
  });
  const hadFocus = list.contains(document.activeElement); // of the image that was picked, which is now the first
  list.replaceChildren(...items);
  if (hadFocus) list.querySelector("button")?.focus();
}
