// Parallel coordinates: an axis for each setting and one for the objective, and a line for each point.

// rankColor is the colour of a rank as a value of CSS.
function rankColor(color) {
  return `var(--rank-${color})`;
}

// makeParallel draws the points, and again when the width of its place changes. `on` has point(index or null) and choose(index).
// It returns how to mark a point.
function makeParallel(svg, axes, points, on) {
  const top = 40, least = 92; // pixels between two axes
  svg.style.minWidth = `${least * axes.length}px`;
  const values = points.map((p) => [...p.at, p.mean]);
  const ranked = points.map((p, i) => i).filter((i) => points[i].mean !== null);
  let xs = [], ys = [], marked = null;
  const lit = drawing("polyline", { class: "lit" });
  const line = (i) => xs.map((x, k) => `${x.toFixed(1)} ${ys[i][k].toFixed(1)}`).join("L");
  const light = () => {
    const drawn = marked !== null && ys[marked] !== undefined;
    lit.setAttribute("points", drawn ? xs.map((x, k) => `${x},${ys[marked][k]}`).join(" ") : "");
    if (drawn) lit.style.stroke = rankColor(points[marked].color);
    svg.classList.toggle("dimmed", drawn);
  };
  const draw = () => {
    const width = Math.max(svg.clientWidth, least * axes.length), height = svg.clientHeight || 320, bottom = height - 14;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const y = (axis, at) => bottom - (bottom - top) * partOf(axis, at);
    const last = axes.length - 1;
    const widest = (axis) => 12 + 7 * Math.max(0, ...axis.ticks.map((t) => t.text.length));
    const right = width - Math.max(widest(axes[last]), 40);
    xs = axes.map((_, k) => (last ? 14 + (right - 14) * k / last : width / 2));
    const space = Math.max(14, Math.floor((xs[1] - xs[0]) / 7.5) - 8); // characters above the last axis
    ys = [];
    for (const i of ranked) ys[i] = values[i].map((at, k) => y(axes[k], at));
    const colors = [...new Set(ranked.map((i) => points[i].color))].sort((a, b) => b - a); // the best on top
    svg.replaceChildren(svg.querySelector("title"),
      ...colors.map((color) => {
        const d = ranked.filter((i) => points[i].color === color).map((i) => `M${line(i)}`).join("");
        const lines = drawing("path", { class: "lines", d });
        lines.style.stroke = rankColor(color);
        return lines;
      }),
      lit,
      ...axes.flatMap((axis, k) => {
        const [name, remark] = axis.title.split(", logarithmic");
        const anchor = { "text-anchor": k === last && last > 0 ? "end" : k === 0 ? "start" : "middle" };
        const x = k === last && last > 0 ? width - 4 : k === 0 ? 2 : xs[k];
        let above = null; // where the tick before is
        return [
          drawing("line", { class: "axis", x1: xs[k], x2: xs[k], y1: top, y2: bottom }),
          drawing("text", { class: "name", x, y: 14, ...anchor }, clip(name, k === last ? space : 14)),
          ...(remark === undefined ? [] : [drawing("text", { x, y: 28, ...anchor }, "logarithmic")]),
          ...axis.ticks.flatMap((t) => {
            const at = y(axis, t.at);
            if (at > bottom + 1 || at < top - 1) return [];
            const mark = drawing("line", { class: "axis", x1: xs[k] - 3, x2: xs[k] + 3, y1: at, y2: at });
            if (above !== null && above - at < 13) return [mark];
            above = at;
            return [mark, drawing("text", { class: "tick", x: xs[k] + 6, y: at + 4 }, clip(t.text, 12))];
          }),
        ];
      }));
    light();
  };
  // The line that is nearest to the pointer, if it is near.
  const near = (event) => {
    const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    const x = (event.clientX - box.left) * view.width / box.width, y = (event.clientY - box.top) * view.height / box.height;
    const k = within(xs.findIndex((at) => at > x) - 1, xs.length - 2);
    if (xs.length < 2 || x < xs[0] - 8 || x > xs[xs.length - 1] + 8) return null;
    const after = xs[xs.length - 1] < x ? xs.length - 2 : k;
    const share = within((x - xs[after]) / (xs[after + 1] - xs[after]), 1);
    let best = null, distance = 14;
    for (const i of ranked) {
      const d = Math.abs(ys[i][after] + share * (ys[i][after + 1] - ys[i][after]) - y);
      if (d < distance) [best, distance] = [i, d];
    }
    return best;
  };
  let found = null; // a click rounds its place, and is of what was pointed at
  svg.addEventListener("pointermove", (event) => {
    found = near(event);
    on.point(found);
  });
  svg.addEventListener("pointerleave", () => on.point(null));
  svg.addEventListener("click", () => {
    if (found !== null) on.choose(found);
  });
  new ResizeObserver(draw).observe(svg);
  draw();
  return {
    mark(i) {
      marked = i;
      light();
    },
  };
}
