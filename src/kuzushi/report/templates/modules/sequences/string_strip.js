/** The string as a row of symbols: the one read last, and those after which the net is wrong or not as the machine. */

import { html } from "elements";

/** A strip in an element; `go` is called with the place of a symbol that is clicked. */
export function stringStrip(strip, go) {
  let shown = null;
  strip.addEventListener("click", (event) => {
    const symbol = event.target.closest("[data-place]");
    if (symbol) go(Number(symbol.dataset.place));
  });
  return (places, at) => {
    if (places !== shown) {
      places.forEach((place, symbol) => write(strip.children[symbol] ?? strip.appendChild(symbolOf(symbol)), place));
      while (strip.children.length > places.length) strip.lastChild.remove();
    }
    shown = places;
    strip.querySelector(".current")?.classList.remove("current");
    const current = strip.children[at];
    current.classList.add("current");
    const above = current.offsetTop - strip.scrollTop;
    if (above < 0 || above + current.offsetHeight > strip.clientHeight) {
      strip.scrollTop = current.offsetTop - (strip.clientHeight - current.offsetHeight) / 2;
    }
  };
}

function symbolOf(place) {
  return html("span", { "data-place": place }, html("b"), html("small"));
}

/** Elements stay while weights are moved: only what is written on them changes. */
function write(symbol, { letter, right, agrees, position }) {
  const [name, marks] = symbol.children;
  const kinds = ["symbol", position.legal ? "" : "off", symbol.classList.contains("current") ? "current" : ""];
  set(symbol, "className", kinds.filter(Boolean).join(" "));
  set(name, "textContent", letter ?? "▷");
  set(marks, "textContent", (right === false ? "✗" : "") + (agrees === false ? "≠" : ""));
}

function set(element, property, value) {
  if (element[property] !== value) element[property] = value;
}
