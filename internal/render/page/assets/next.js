// The words that may come next, each with a bar.

function drawNext(next) {
  byId("next-panel").hidden = next.length === 0;
  byId("next").replaceChildren(...next.map(({ word, probability }) => {
    const fill = element("div", {});
    fill.style.setProperty("--share", `${(100 * Math.min(probability, 1)).toFixed(1)}%`);
    return element("li", {},
      wordElement(word, false),
      element("div", { class: "bar", "aria-hidden": "true" }, fill),
      element("span", { class: "number" }, Math.min(probability, 1).toFixed(3)));
  }));
}
