// The words that may come next, each with a bar.

// drawNext lists the likeliest next words, and leaves space for `rows` of them, so that nothing below moves.
function drawNext(place, next, rows) {
  place.style.setProperty("--rows", rows);
  place.replaceChildren(...next.map(({ word, probability }) => {
    const fill = element("div", {});
    fill.style.setProperty("--share", `${(100 * Math.min(probability, 1)).toFixed(1)}%`);
    return element("li", {},
      wordElement(word, false),
      element("div", { class: "bar", "aria-hidden": "true" }, fill),
      element("span", { class: "number" }, Math.min(probability, 1).toFixed(3)));
  }));
}
