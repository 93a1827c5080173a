// The grid of a long sentence: one canvas, however many cells it has. Words stand beside it where a cell is large enough.

// paint fills a canvas with one pixel for each cell; the future stays clear, and so do weights under `least`.
function paint(canvas, n, weights, shading, least) {
  const image = new ImageData(n, n);
  const pixels = new Uint32Array(image.data.buffer);
  for (let q = 0, i = 0; q < n; q++) {
    for (let k = 0; k <= q; k++, i++) {
      if (Math.abs(weights[i]) >= least) pixels[q * n + k] = shading(q, k).packed;
    }
  }
  canvas.width = canvas.height = n;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// makeCanvas builds the grid and returns how to draw on it, as makeTable does. `say(query, key)` describes a cell for a screen reader.
function makeCanvas(place, tokens, unknown, on, say) {
  const n = tokens.length;
  const canvas = element("canvas", { "aria-hidden": "true" });
  const row = element("div", { class: "row" }), column = element("div", { class: "column" }), kept = element("div", { class: "kept" });
  // The words around the canvas are for the eye; a screen reader is told each cell.
  const left = element("div", { class: "left", "aria-hidden": "true" }, ...tokens.map((t, i) => wordElement(t, unknown.has(i))));
  const top = element("div", { class: "top", "aria-hidden": "true" }, ...tokens.map((t, i) => wordElement(t, unknown.has(i))));
  const cells = element("div", { id: "cells", role: "slider", tabindex: "0", "aria-label": "cell of the grid: arrow keys move",
    "aria-valuemin": "1", "aria-valuemax": String(n * (n + 1) / 2) }, canvas, row, column, kept);
  const box = element("div", { id: "canvas" }, element("div", { class: "corner" }, "attends to →"), top, left, cells);
  const longest = Math.max(...tokens.map((t) => Array.from(t).length));
  const named = within(8 * longest + 8, 96);
  box.style.setProperty("--n", n);
  box.style.setProperty("--named", `${named}px`);
  box.classList.toggle("upright", longest <= 2);
  place.replaceChildren(box);
  // Words stand beside cells of 10 pixels or more.
  new ResizeObserver(() => {
    const side = Math.min(place.clientWidth - named, 0.85 * innerHeight) / n;
    box.classList.toggle("unnamed", side < 10);
  }).observe(place);

  let at = { query: 0, key: 0 };
  const seen = (event) => {
    const outer = cells.getBoundingClientRect();
    const query = within(Math.floor((event.clientY - outer.top) / outer.height * n), n - 1);
    const key = within(Math.floor((event.clientX - outer.left) / outer.width * n), n - 1);
    return { query, key: key > query ? null : key };
  };
  let last = "";
  cells.addEventListener("pointermove", (event) => {
    const { query, key } = seen(event);
    if (last === `${query} ${key}`) return;
    last = `${query} ${key}`;
    on.point(query, key);
  });
  cells.addEventListener("pointerleave", () => {
    last = "";
    on.leave();
  });
  cells.addEventListener("click", (event) => {
    const { query, key } = seen(event);
    if (key !== null) on.choose(query, key);
  });
  listenToWalk(cells, (down, right) => {
    const query = within(at.query + down, n - 1);
    on.choose(query, within(at.key + right, query));
  });
  const put = (mark, query, key) => {
    mark.style.setProperty("--q", query);
    mark.style.setProperty("--k", key);
  };
  return {
    draw(weights, shading, { least }) {
      paint(canvas, n, weights, shading, least);
    },
    mark(query, key) {
      put(row, query, 0);
      put(column, 0, key ?? 0);
      column.hidden = key === null;
    },
    choose(query, key) {
      at = { query, key };
      put(kept, query, key);
      cells.setAttribute("aria-valuenow", cell(query, key) + 1);
      cells.setAttribute("aria-valuetext", say(query, key));
    },
  };
}
