/** Parts of the page: HTML elements, and drawings of SVG elements. */

const SVG = "http://www.w3.org/2000/svg";

/** Return an HTML element with attributes and children (elements or texts). */
export const html = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/** Return an SVG element with attributes and children (elements or texts). */
export const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, name), attributes, children);

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
