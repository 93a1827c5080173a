// The grid: a row for each word that looks, a column for each word looked at.

// makeGrid builds the table of a sentence and returns how to draw on it. `on` has point(query, key),
// leave() and choose(query, key).
function makeGrid(table, tokens, unknown, on) {
  const head = element("tr", {}, element("td", {}, "looks at →"));
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
  table.replaceChildren(element("thead", {}, head), body);
  table.classList.toggle("many", tokens.length > 20);

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
  body.addEventListener("focusin", (event) => {
    const td = seen(event);
    if (td) on.point(td.query, td.key);
  });
  body.addEventListener("focusout", () => on.leave());
  body.addEventListener("click", (event) => {
    const td = seen(event);
    if (td) on.choose(td.query, td.key);
  });
  body.addEventListener("keydown", (event) => {
    const td = seen(event);
    if (!td) return;
    let { query, key } = td;
    switch (event.key) {
      case "ArrowUp": query--; break;
      case "ArrowDown": query++; break;
      case "ArrowLeft": key--; break;
      case "ArrowRight": key++; break;
      case "Home": key = 0; break;
      case "End": key = query; break;
      case "Enter":
      case " ":
        event.preventDefault();
        on.choose(query, key);
        return;
      default: return;
    }
    event.preventDefault();
    query = Math.min(Math.max(query, 0), tokens.length - 1);
    cells[query][Math.min(Math.max(key, 0), query)].focus();
  });

  let active = null, column = null, chosen = null;
  return {
    // weights shows numbers and colours; weights under `least` are left out. Signed ones are differences.
    weights(weights, least, signed) {
      cells.forEach((row, q) => row.forEach((td, k) => {
        const weight = weights[cell(q, k)];
        const below = Math.abs(weight) < least;
        td.classList.toggle("below", below);
        td.textContent = below ? "" : signed ? shortSigned(weight) : short(weight);
        shade(td, weight, signed ? -1 : 0);
      }));
    },
    // mark shows which row is looked from and which column pointed at (or null).
    mark(query, key) {
      if (active) active.classList.remove("active");
      if (column) column.classList.remove("active");
      active = rows[query];
      active.classList.add("active");
      column = key === null ? null : columns[key];
      if (column) column.classList.add("active");
    },
    // choose marks the cell whose arithmetic is shown; it is the one that Tab reaches.
    choose(query, key) {
      if (chosen) {
        chosen.classList.remove("chosen");
        chosen.removeAttribute("aria-selected");
        chosen.tabIndex = -1;
      }
      chosen = cells[query][key];
      chosen.classList.add("chosen");
      chosen.setAttribute("aria-selected", "true");
      chosen.tabIndex = 0;
      reveal(table.parentElement, chosen, table.tHead.offsetHeight);
    },
  };
}
