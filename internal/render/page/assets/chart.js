// Charts: curves over axes, with bands, marks and levels.

// curveColor is the colour of a style as a value of CSS; -1 is of no curve.
function curveColor(style) {
  return style < 0 ? "var(--ink)" : `var(--curve-${style})`;
}

// strokeOf gives a line of a curve its colour, width and dashes. A series may have a colour of its own.
function strokeOf(line, series) {
  const width = series.thin ? 1 : 2.5;
  line.style.stroke = series.color ?? curveColor(series.style);
  line.style.strokeWidth = width;
  if (series.dashes.length) line.style.strokeDasharray = series.dashes.map((d) => Math.max(d * width, d * 1.5)).join(" ");
  return line;
}

// partOf returns where a number is on an axis: 0 at its low end, 1 at its high end.
function partOf(axis, at) {
  if (!axis.log) return (at - axis.low) / (axis.high - axis.low);
  return at > 0 ? Math.log(at / axis.low) / Math.log(axis.high / axis.low) : 0;
}

// makeChart draws a chart, and again when the width of its place changes. `over` returns elements to draw on top of it. It
// returns the functions from numbers to pixels, the edges of the space between the axes, the line of each curve, and how to draw
// it again.
function makeChart(svg, chart, over = () => []) {
  const top = 22, leader = 10;
  const widest = (texts) => Math.max(0, ...texts.map((t) => t.length)) * 7;
  const plot = { top, left: 0, right: 0, bottom: 0, lines: new Map() };
  plot.x = (at) => plot.left + (plot.right - plot.left) * partOf(chart.x, at);
  plot.y = (at) => plot.bottom - (plot.bottom - top) * partOf(chart.y, at);
  const text = (string, at) => drawing("text", at, string);
  const shown = (points) => points.filter((p) => !chart.x.log || p[0] >= chart.x.low);

  const xTicks = () => {
    let end = null; // where the text before ends
    return chart.x.ticks.flatMap((t) => {
      const half = widest([t.text]) / 2, at = plot.x(t.at);
      const mark = drawing("line", { class: "axis", x1: at, x2: at, y1: plot.bottom, y2: plot.bottom + 5 });
      if (end !== null && at - half < end + 6) return [mark];
      end = at + half;
      const anchor = at + half > plot.right + 10 ? "end" : "middle";
      return [mark, text(t.text, { x: at, y: plot.bottom + 18, "text-anchor": anchor })];
    });
  };
  const levels = () => {
    let below = top;
    return chart.levels.flatMap((l) => {
      const at = plot.y(l.y);
      below = Math.max(at + 4, below + 14);
      const line = drawing("line", { class: "level", x1: plot.left, x2: plot.right, y1: at, y2: at });
      const name = text(l.text, { class: "level", x: plot.right + leader + 2, y: below });
      // From the end of the line to its name, which makes way for the name above.
      const lead = drawing("path", { class: "level", fill: "none", d: `M${plot.right} ${at}L${plot.right + leader} ${below - 4}` });
      line.style.stroke = lead.style.stroke = name.style.fill = curveColor(l.style);
      return [line, lead, name];
    });
  };
  const band = (s) => {
    const edge = (of) => shown(s.points.map((p, i) => [p[0], s.band[i][of]]))
      .map((p) => `${plot.x(p[0]).toFixed(1)},${plot.y(p[1]).toFixed(1)}`);
    const area = drawing("polygon", { class: "band", points: [...edge(1), ...edge(0).reverse()].join(" ") });
    area.style.fill = curveColor(s.style);
    return area;
  };
  const curve = (s) => {
    const line = strokeOf(drawing("polyline", {
      class: s.thin ? "curve thin" : "curve",
      points: shown(s.points).map((p) => `${plot.x(p[0]).toFixed(1)},${Math.max(-1e5, plot.y(p[1])).toFixed(1)}`).join(" "),
    }), s);
    plot.lines.set(s, line);
    return line;
  };
  const mark = (s, m) => {
    const dot = drawing("circle", { class: "kept", cx: plot.x(m.x), cy: plot.y(m.y), r: 6 }, drawing("title", {}, m.name));
    dot.style.fill = curveColor(s.style);
    return dot;
  };
  // A line of one point has no length.
  const point = (s) => {
    const dot = drawing("circle", { class: "kept", cx: plot.x(s.points[0][0]), cy: plot.y(s.points[0][1]), r: 4 });
    dot.style.fill = curveColor(s.style);
    return dot;
  };
  const inside = (p) => p.x >= chart.x.low && p.y <= chart.y.high && p.y >= chart.y.low;

  plot.draw = () => {
    const width = Math.max(svg.clientWidth || 480, 240), height = svg.clientHeight || 200;
    plot.bottom = height - 40;
    plot.left = widest(chart.y.ticks.map((t) => t.text)) + 16;
    plot.right = width - leader - 8 - widest(chart.levels.map((l) => l.text));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const [w, h] = [plot.right - plot.left, plot.bottom - top];
    const byWeight = [...chart.series.filter((s) => s.thin), ...chart.series.filter((s) => !s.thin)];
    svg.replaceChildren(svg.querySelector("title"),
      ...chart.y.ticks.flatMap((t) => [
        drawing("line", { class: "rule", x1: plot.left, x2: plot.right, y1: plot.y(t.at), y2: plot.y(t.at) }),
        text(t.text, { x: plot.left - 6, y: plot.y(t.at) + 4, "text-anchor": "end" }),
      ]),
      drawing("path", { class: "axis", fill: "none", d: `M${plot.left} ${top}V${plot.bottom}H${plot.right}` }),
      ...xTicks(),
      text(chart.x.title, { x: (plot.left + plot.right) / 2, y: plot.bottom + 35, "text-anchor": "middle" }),
      ...levels(),
      // An svg in an svg cuts off what leaves it.
      drawing("svg", { x: plot.left, y: top, width: w, height: h, viewBox: `${plot.left} ${top} ${w} ${h}` },
        ...chart.series.filter((s) => s.band.length).map(band), ...byWeight.map(curve)),
      ...byWeight.filter((s) => s.points.length === 1 && inside({ x: s.points[0][0], y: s.points[0][1] })).map(point),
      ...byWeight.flatMap((s) => s.marks.filter(inside).map((m) => mark(s, m))),
      ...over(plot));
  };
  new ResizeObserver(plot.draw).observe(svg);
  plot.draw();
  return plot;
}

// nearest returns the point of a list whose x is nearest to a number, or undefined.
function nearest(points, at) {
  let best;
  for (const p of points) if (!best || Math.abs(p[0] - at) < Math.abs(best[0] - at)) best = p;
  return best;
}

// placeOf returns the number on the x axis that an event of the pointer is at.
function placeOf(event, svg, chart, plot) {
  const box = svg.getBoundingClientRect();
  const at = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
  const share = Math.min(1, Math.max(0, (at - plot.left) / (plot.right - plot.left)));
  return chart.x.log ? chart.x.low * (chart.x.high / chart.x.low) ** share : chart.x.low + share * (chart.x.high - chart.x.low);
}
