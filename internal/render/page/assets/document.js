"use strict";

// Making elements. Words only ever become text nodes and attributes, never markup.

// element makes an element with attributes and children; a child that is a string becomes text.
function element(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

// drawing makes an element of SVG.
function drawing(name, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// byId finds an element of the page.
function byId(id) {
  return document.getElementById(id);
}

// wordElement is a word of a sentence: cut where it does not fit, whole in its tooltip. A browser does not
// translate it, and its writing direction stays within it.
function wordElement(word, unknown) {
  const title = unknown ? `${word} (not in the vocabulary)` : word;
  return element("span", { class: unknown ? "word unknown" : "word", dir: "auto", translate: "no", title }, word);
}

// reveal scrolls a box, and not the page around it, until an element inside shows; what is on top of the box
// (headers that stay) covers its first pixels.
function reveal(box, inside, covered) {
  const outer = box.getBoundingClientRect(), inner = inside.getBoundingClientRect();
  const below = inner.bottom - (outer.top + box.clientHeight), above = outer.top + covered - inner.top;
  if (below > 0) box.scrollTop += below + 2;
  else if (above > 0) box.scrollTop -= above;
}

// scrollable wraps what may be larger than the page, so that a keyboard can scroll it too.
function scrollable(label, ...children) {
  return element("div", { class: "scroll short", role: "region", "aria-label": label, tabindex: "0" }, ...children);
}

// listenToWalk calls move(down, right) when an arrow key, Home or End is pressed in an element, and press for Enter and space.
function listenToWalk(place, move, press) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -1e9], End: [0, 1e9] };
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const pressed = event.key === "Enter" || event.key === " ";
    if (!steps[event.key] && !(pressed && press)) return;
    event.preventDefault();
    if (pressed) press();
    else move(...steps[event.key]);
  });
}

// within cuts a number to the range from 0 to the last index.
function within(i, last) {
  return Math.min(Math.max(i, 0), last);
}
