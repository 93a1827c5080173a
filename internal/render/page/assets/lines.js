// The words twice, side by side, and a line from each to what it looks at.

// faintest is the weight from which on the lines of words that are not pointed at are drawn.
const faintest = 0.1;

// makeLines builds the two columns and returns how to draw them. `on` has point(query, key), leave()
// and pin(query).
function makeLines(place, tokens, unknown, on) {
  const buttons = tokens.map((t, i) => element("button", { type: "button", tabindex: "-1" }, wordElement(t, unknown.has(i))));
  const keys = tokens.map((t, i) => element("div", { class: "key" }, wordElement(t, unknown.has(i)), element("span", {})));
  const svg = drawing("svg", { "aria-hidden": "true", viewBox: `0 0 100 ${tokens.length * 10}`, preserveAspectRatio: "none" });
  svg.style.height = `calc(var(--row) * ${tokens.length})`;
  const looking = element("ol", { "aria-label": "words that look" }, ...buttons.map((b) => element("li", {}, b)));
  place.replaceChildren(
    looking,
    svg,
    element("ol", { "aria-label": "words looked at, with their weights" }, ...keys.map((k) => element("li", {}, k))),
  );
  const at = (event) => buttons.indexOf(event.target.closest("button"));
  for (const arrival of ["pointerover", "focusin"]) {
    looking.addEventListener(arrival, (event) => {
      if (at(event) >= 0) on.point(at(event), null);
    });
  }
  for (const departure of ["pointerleave", "focusout"]) looking.addEventListener(departure, () => on.leave());
  looking.addEventListener("click", (event) => {
    if (at(event) >= 0) on.pin(at(event));
  });
  looking.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, Home: -tokens.length, End: tokens.length }[event.key];
    if (!step || at(event) < 0) return;
    event.preventDefault();
    buttons[Math.min(Math.max(at(event) + step, 0), tokens.length - 1)].focus();
  });

  // line is the curve from a query on the left to a key on the right, as wide and as dense as its weight.
  const line = (query, key, weight, strength) => {
    const from = query * 10 + 5, to = key * 10 + 5;
    return drawing("path", {
      d: `M0 ${from}C50 ${from} 50 ${to} 100 ${to}`,
      "stroke-width": (0.75 + 6 * weight).toFixed(2),
      "stroke-opacity": (strength * (0.2 + 0.8 * weight)).toFixed(3),
      "vector-effect": "non-scaling-stroke",
      "data-query": query,
      "data-key": key,
      class: strength === 1 ? "active" : "faint",
    });
  };
  return {
    // draw shows the lines of one word strongly and of the others faintly.
    draw(weights, least, query) {
      const paths = [];
      tokens.forEach((_, q) => {
        for (let k = 0; k <= q; k++) {
          const weight = weights[cell(q, k)];
          if (q === query || weight < Math.max(least, faintest)) continue;
          paths.push(line(q, k, weight, 0.18));
        }
      });
      keys.forEach((key, k) => {
        const weight = k <= query ? weights[cell(query, k)] : 0;
        const lit = k <= query && weight >= least && weight >= 0.005;
        if (lit) {
          paths.push(line(query, k, weight, 1));
          shade(key, weight, 0);
        }
        key.classList.toggle("lit", lit);
        key.classList.toggle("later", !lit);
        key.lastChild.textContent = lit ? short(weight) : "";
      });
      svg.replaceChildren(...paths);
      buttons.forEach((b, i) => b.classList.toggle("active", i === query));
    },
    // pin marks the word that stays when nothing is pointed at; it is the one that Tab reaches.
    pin(query) {
      buttons.forEach((b, i) => {
        b.setAttribute("aria-pressed", i === query);
        b.tabIndex = i === query ? 0 : -1;
      });
      reveal(place, buttons[query], 0);
    },
  };
}
