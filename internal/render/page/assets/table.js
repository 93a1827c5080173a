// The grid of a short sentence: a table with a row for each query, a column for each key, and the number in each cell.

// makeTable builds the table and returns how to draw on it. `on` has point(query, key), leave() and choose(query, key).
function makeTable(place, tokens, unknown, on) {
  const head = element("tr", {}, element("td", {}, "attends to →"));
  const columns = tokens.map((t, i) => element("th", { scope: "col" }, wordElement(t, unknown.has(i))));
  head.append(...columns);
  const cells = []; // [query][key up to the query]
  const rows = tokens.map((t, q) => {
    const row = element("tr", {}, element("th", { scope: "row" }, wordElement(t, unknown.has(q))));
    cells.push([]);
    for (let k = 0; k <= q; k++) {
      const td = element("td", { tabindex: "-1" });
      td.query = q;
      td.key = k;
      cells[q].push(td);
    }
    row.append(...cells[q]);
    const later = tokens.length - 1 - q;
    if (later > 0) row.append(element("td", { class: "later", colspan: later }));
    return row;
  });
  const body = element("tbody", {}, ...rows);
  const table = element("table", { id: "grid", role: "grid", "aria-labelledby": "grid-heading" }, element("thead", {}, head), body);
  place.replaceChildren(table);

  // seen is the cell of an event, if it is one that has a weight.
  const seen = (event) => {
    const td = event.target.closest("tbody td");
    return td && td.query !== undefined ? td : null;
  };
  body.addEventListener("pointerover", (event) => {
    const td = seen(event);
    const row = event.target.closest("tbody tr");
    if (td) on.point(td.query, td.key);
    else if (row) on.point(rows.indexOf(row), null);
  });
  body.addEventListener("pointerleave", () => on.leave());
  for (const arrival of ["focusin", "click"]) {
    body.addEventListener(arrival, (event) => {
      const td = seen(event);
      if (td) on.choose(td.query, td.key);
    });
  }
  let active = null, column = null, chosen = cells[0][0];
  listenToWalk(body, (down, right) => {
    const query = within(chosen.query + down, tokens.length - 1);
    cells[query][within(chosen.key + right, query)].focus();
  });
  return {
    // draw shows numbers and colours; weights under `least` are left out. Signed ones are differences.
    draw(weights, shading, { least, signed }) {
      cells.forEach((row, q) => row.forEach((td, k) => {
        const weight = weights[cell(q, k)];
        const below = Math.abs(weight) < least;
        td.classList.toggle("below", below);
        td.textContent = below ? "" : signed ? shortSigned(weight) : short(weight);
        td.style.cssText = shading(q, k).style;
      }));
    },
    // mark shows the row and the column that are pointed at (or null).
    mark(query, key) {
      if (active) active.classList.remove("active");
      if (column) column.classList.remove("active");
      active = rows[query];
      active.classList.add("active");
      column = key === null ? null : columns[key];
      if (column) column.classList.add("active");
    },
    // choose marks the cell that is kept; it is the one that Tab reaches.
    choose(query, key) {
      chosen.classList.remove("chosen");
      chosen.removeAttribute("aria-selected");
      chosen.tabIndex = -1;
      chosen = cells[query][key];
      chosen.classList.add("chosen");
      chosen.setAttribute("aria-selected", "true");
      chosen.tabIndex = 0;
      reveal(place, chosen, table.tHead.offsetHeight);
    },
  };
}
