/** Images to pick: those of a class, or what a net misread. */

import { paint } from "characters/net_card";
import { html } from "elements";
import { bytes } from "unpack";

/**
 * Return the images that travel with the page, in groups: {title, images: [{pixels, label, words, key}]}; the key
 * names an image in an address.
 */
export function groupsOf(data) {
  const { classes, side } = data;
  const training = imagesOf(data.samples, side).map((pixels, index) => {
    const label = data.samples.labels[index];
    return { pixels, label, key: ["training", index], words: `${classes[label].name}, a training image` };
  });
  const ofClasses = classes.map(({ name }, label) => {
    return { title: `training images: ${name}`, images: training.filter((image) => image.label === label) };
  });
  const ofNets = data.misread.map((misread) => {
    const { kind, name } = data.nets[misread.net];
    const images = imagesOf(misread, side).map((pixels, index) => {
      const [label, predicted] = [misread.labels[index], misread.predicted[index]];
      const words = `${classes[label].name}, a test image that ${name} reads as ${classes[predicted].name}`;
      return { pixels, label, key: [kind, index], words };
    });
    return { title: `test images that ${name} misreads`, images };
  });
  return { training, groups: [...ofClasses.filter((group) => group.images.length), ...ofNets] };
}

function imagesOf({ pixels, labels }, side) {
  const all = bytes(pixels);
  return labels.map((_, index) => all.slice(index * side * side, (index + 1) * side * side));
}

/** Return whether two keys name the same image. */
export const sameKey = (a, b) => a !== null && b !== null && a[0] === b[0] && a[1] === b[1];

/** Return an image as a button. */
export function imageButton(image, side, pick) {
  const canvas = html("canvas", { "aria-hidden": "true" });
  paint(canvas, image.pixels, side);
  const attributes = { "aria-label": image.words, title: image.words };
  const made = html("button", { type: "button", class: "image", ...attributes }, canvas);
  made.addEventListener("click", () => pick(image));
  return made;
}

/** Fill a choice of groups, and a row with the images of the chosen one; the arrow keys move along it. */
export function sampleRow({ choice, row, groups, side, pick }) {
  let images = [];
  let chosen = null;
  choice.append(...groups.map((group, i) => html("option", { value: i }, group.title)));
  const mark = () => {
    const focusable = Math.max(0, images.findIndex((image) => sameKey(image.key, chosen)));
    [...row.children].forEach((button, i) => {
      button.setAttribute("aria-pressed", sameKey(images[i].key, chosen));
      button.tabIndex = i === focusable ? 0 : -1;
    });
  };
  const fill = () => {
    images = groups[choice.value].images;
    row.replaceChildren(...images.map((image) => imageButton(image, side, pick)));
    row.setAttribute("aria-label", groups[choice.value].title);
    mark();
  };
  choice.addEventListener("change", fill);
  row.addEventListener("keydown", (event) => {
    const at = [...row.children].indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: images.length - 1 }[event.key];
    if (to === undefined || !row.children[to]) return;
    event.preventDefault();
    for (const button of row.children) button.tabIndex = button === row.children[to] ? 0 : -1;
    row.children[to].focus();
  });
  fill();
  return {
    /** Mark an image as the chosen one, and show the group that it is in. */
    show(key) {
      if (sameKey(key, chosen) || key === chosen) return;
      chosen = key;
      const group = groups.findIndex(({ images }) => images.some((image) => sameKey(image.key, key)));
      if (group === -1 || group === Number(choice.value)) return mark();
      choice.value = group;
      fill();
      const button = row.querySelector('[aria-pressed="true"]');
      row.scrollTop = button.offsetTop - row.firstChild.offsetTop;
    },
  };
}
