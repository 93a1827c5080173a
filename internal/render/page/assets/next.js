// The words that may come next, each with a bar.

// drawNext lists the likeliest next words, and leaves space for `rows` of them, so that nothing below moves. An entry may have
// `before`, its probability before an intervention: a mark in its bar.
function drawNext(place, next, rows) {
  place.style.setProperty("--rows", rows);
  const share = (p) => `${(100 * Math.min(p, 1)).toFixed(1)}%`;
  place.replaceChildren(...next.map(({ word, probability, before }) => {
    const bar = element("div", { class: "bar", "aria-hidden": "true" }, element("div", {}));
    bar.firstChild.style.setProperty("--share", share(probability));
    if (before !== undefined) {
      bar.append(element("span", { class: "before" }));
      bar.lastChild.style.setProperty("--share", share(before));
    }
    const said = Math.min(probability, 1).toFixed(3);
    return element("li", {},
      wordElement(word, false),
      bar,
      element("span", { class: "number" }, said,
        ...(before === undefined ? [] : [element("span", { class: "was" }, ` was ${Math.min(before, 1).toFixed(3)}`)])));
  }));
}
