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
// translate it, and its direction of writing does not spread.
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
