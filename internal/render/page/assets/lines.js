// The words twice, side by side, and a line from each to the words that it attends to.

// faintest is the weight from which on the lines of words that are not pointed at are drawn.
const faintest = 0.1;

// makeLines builds the two columns and returns how to draw them. `on` has point(query, key), leave() and pin(query).
function makeLines(place, tokens, unknown, on) {
  const buttons = tokens.map((t, i) => element("button", { type: "button", tabindex: "-1" }, wordElement(t, unknown.has(i))));
  const keys = tokens.map((t, i) => element("div", { class: "key" }, wordElement(t, unknown.has(i)), element("span", {})));
  const faint = drawing("g", {}), strong = drawing("g", {});
  const svg = drawing("svg", { "aria-hidden": "true", viewBox: `0 0 100 ${tokens.length * 10}`, preserveAspectRatio: "none" }, faint, strong);
  svg.style.height = `calc(var(--row) * ${tokens.length})`;
  const queries = element("ol", { "aria-label": "queries: the words that attend" }, ...buttons.map((b) => element("li", {}, b)));
  place.replaceChildren(
    queries,
    svg,
    element("ol", { "aria-label": "keys: the words attended to, with their weights" }, ...keys.map((k) => element("li", {}, k))),
  );
  const at = (event) => buttons.indexOf(event.target.closest("button"));
  queries.addEventListener("pointerover", (event) => {
    if (at(event) >= 0) on.point(at(event), null);
  });
  queries.addEventListener("pointerleave", () => on.leave());
  for (const arrival of ["focusin", "click"]) {
    queries.addEventListener(arrival, (event) => {
      if (at(event) >= 0) on.pin(at(event));
    });
  }
  let pinned = 0;
  listenToWalk(queries, (down, right) => buttons[within(pinned + down + right, tokens.length - 1)].focus());

  // line is the curve from a query on the left to a key on the right, as wide and as dense as its weight.
  const line = (query, key, weight, active) => {
    const from = query * 10 + 5, to = key * 10 + 5;
    return drawing("path", {
      d: `M0 ${from}C50 ${from} 50 ${to} 100 ${to}`,
      "stroke-width": (0.75 + 6 * weight).toFixed(2),
      "stroke-opacity": ((active ? 1 : 0.18) * (0.2 + 0.8 * weight)).toFixed(3),
      "vector-effect": "non-scaling-stroke",
      "data-query": query,
      "data-key": key,
      class: active ? "active" : "faint",
    });
  };
  let weights = null, shading = null, least = 0;
  return {
    // draw shows the lines of all words faintly; `show` then those of one word.
    draw(newWeights, newShading, newLeast) {
      [weights, shading, least] = [newWeights, newShading, newLeast];
      const paths = [];
      for (let q = 0, i = 0; q < tokens.length; q++) {
        for (let k = 0; k <= q; k++, i++) {
          if (weights[i] >= Math.max(least, faintest)) paths.push(line(q, k, weights[i], false));
        }
      }
      faint.replaceChildren(...paths);
    },
    show(query) {
      const paths = [];
      keys.forEach((key, k) => {
        const weight = k <= query ? weights[cell(query, k)] : 0;
        const lit = k <= query && weight >= least && weight >= 0.005;
        if (lit) paths.push(line(query, k, weight, true));
        key.style.cssText = lit ? shading(query, k).style : "";
        key.classList.toggle("lit", lit);
        key.classList.toggle("later", !lit);
        key.lastChild.textContent = lit ? short(weight) : "";
      });
      strong.replaceChildren(...paths);
      buttons.forEach((b, i) => b.classList.toggle("active", i === query));
    },
    // pin marks the word that stays when nothing is pointed at; it is the one that Tab reaches.
    pin(query) {
      pinned = query;
      buttons.forEach((b, i) => {
        b.setAttribute("aria-pressed", i === query);
        b.tabIndex = i === query ? 0 : -1;
      });
      reveal(place, buttons[query], 0);
    },
  };
}
