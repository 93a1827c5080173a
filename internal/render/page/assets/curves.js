// The page of a chart: the curves, and a table that is their legend and has their numbers at one place.

const chart = JSON.parse(byId("data").textContent);
const places = [...new Set(chart.series.flatMap((s) => s.points.map((p) => p[0])))].sort((a, b) => a - b);
const decimals = (x) => (Math.abs(x) < 1e4 ? x.toFixed(3) : x.toPrecision(3));
const written = (x) => x.toLocaleString("en", { maximumSignificantDigits: Math.max(3, String(Math.trunc(x)).length) });

// A curve without a name is a second one of its style: its numbers stand in a column of their own, beside the curve with the
// name.
const named = chart.series.filter((s) => s.name);
const thinOf = (s) => chart.series.find((other) => other !== s && !other.name && other.style === s.style);
const beside = new Map(named.map((s) => [s, thinOf(s)]));
const twice = chart.thin !== "";

const rows = named.map((s) => {
  const line = strokeOf(drawing("line", { x1: 0, x2: 40, y1: 5, y2: 5 }), s);
  const sample = drawing("svg", { class: "sample", viewBox: "0 0 40 10", "aria-hidden": "true" }, line);
  const cells = [element("td", { class: "number" })];
  if (twice) cells.push(element("td", { class: "number" }));
  const remark = element("span", { class: "remark" }, s.detail);
  const name = element("th", { scope: "row", dir: "auto", translate: "no" }, s.name, remark);
  const row = element("tr", {}, element("td", {}, sample), ...cells, name);
  return { s, row, cells };
});
const heads = ["line", ...(twice ? [chart.thick, chart.thin] : ["value"]), "curve"];
byId("legend").replaceChildren(
  element("thead", {}, element("tr", {}, ...heads.map((h) => element("th", { scope: "col" }, h)))),
  element("tbody", {}, ...rows.map((r) => r.row)));

let at = places.length - 1;
const svg = byId("chart"), slider = byId("place");
const now = drawing("line", { class: "now" });
const mark = (plot) => {
  const x = plot.x(Math.max(places[at], chart.x.low));
  for (const [name, value] of Object.entries({ x1: x, x2: x, y1: plot.top, y2: plot.bottom })) now.setAttribute(name, value);
};
byId("chart-title").textContent = `${chart.title}, ${chart.y.title} by ${chart.x.title}: ` + named.map((s) => {
  const last = s.points[s.points.length - 1];
  return `${s.name}, ${decimals(s.points[0][1])} to ${decimals(last[1])}`;
}).join("; ");
const plot = makeChart(svg, chart, (plot) => {
  mark(plot);
  return [now];
});
byId("place-name").textContent = chart.x.title;
slider.max = places.length - 1;

// valueAt is the number of a curve at the chosen place: of its last point up to there, – where it has not begun or has ended.
const valueAt = (s) => {
  const place = places[at], before = s && s.points.filter((p) => p[0] <= place);
  return before && before.length && place <= s.points[s.points.length - 1][0] ? decimals(before[before.length - 1][1]) : "–";
};
const show = (i) => {
  at = within(i, places.length - 1);
  slider.value = at;
  const said = `${chart.x.title} ${written(places[at])}`;
  byId("place-shown").textContent = written(places[at]);
  slider.setAttribute("aria-valuetext", said);
  for (const { s, cells } of rows) [s, beside.get(s)].slice(0, cells.length).forEach((curve, k) => {
    cells[k].textContent = valueAt(curve);
  });
  mark(plot);
};
slider.oninput = () => show(Number(slider.value));
svg.onpointermove = (event) => {
  const place = nearest(places.map((p) => [p]), placeOf(event, svg, chart, plot))[0];
  show(places.indexOf(place));
};
makeTheme(byId("theme"), () => {});
show(at);
