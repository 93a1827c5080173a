// The curves of the losses over the steps of a training, on a logarithmic axis.

// ticksOf returns 1, 2 and 5 times powers of ten: those between two losses, the one below and the one above.
function ticksOf(lowest, highest) {
  const list = [];
  for (let power = Math.floor(Math.log10(lowest)) - 1; power <= Math.log10(highest) + 1; power++) {
    for (const digit of [1, 2, 5]) list.push(Number(`${digit}e${power}`));
  }
  const first = list.findLastIndex((t) => t <= lowest), last = list.findIndex((t) => t >= highest);
  return list.slice(first, Math.max(last, first + 1) + 1);
}

// makeCurve draws curves of {name, points: [{step, loss}]}, the main one first, and calls pick(step) for a click. A line says that the
// weights of step `kept` are kept, unless that is null. It returns how to mark a step and births: {step, count} of links that formed.
function makeCurve(svg, curves, pick, kept = null) {
  const left = 46, top = 22, height = 200, bottom = height - 40;
  const points = curves.flatMap((c) => c.points);
  const positive = points.map((p) => p.loss).filter((loss) => loss > 0);
  const ticks = ticksOf(positive.length ? Math.min(...positive) : 0.1, positive.length ? Math.max(...positive) : 1);
  const lowest = ticks[0], highest = ticks[ticks.length - 1];
  const steps = points.map((p) => p.step);
  const first = Math.min(...steps), last = Math.max(...steps);
  let right = 470, births = [], marked = curves[0].points[0];
  const x = (step) => (last > first ? left + (right - left) * (step - first) / (last - first) : (left + right) / 2);
  const y = (loss) => bottom - (bottom - top) * Math.log(Math.max(loss, lowest) / lowest) / Math.log(highest / lowest);
  const pointAt = (step) => curves[0].points.find((p) => p.step === step) || { step, loss: lowest }; // a log may lack a step
  const text = (string, at) => drawing("text", at, string);
  const now = drawing("line", { class: "now", y1: top, y2: bottom }), point = drawing("circle", { r: 5 });

  const birthMark = ({ step, count }, i) => {
    const [at, over] = [x(step), y(pointAt(step).loss)];
    const crowded = i > 0 && at - x(births[i - 1].step) < 22;
    return drawing("g", { class: "birth" },
      drawing("title", {}, `step ${step}: ${count} ${count === 1 ? "link" : "links"} formed`),
      drawing("path", { d: `M${at} ${over - 6}l6 6l-6 6l-6 -6Z` }),
      ...(crowded ? [] : [text(String(count), { x: at, y: over - 10, "text-anchor": "middle" })]));
  };
  const mark = () => {
    for (const side of ["x1", "x2"]) now.setAttribute(side, x(marked.step));
    point.setAttribute("cx", x(marked.step));
    point.setAttribute("cy", y(marked.loss));
  };
  const draw = () => {
    right = Math.max(svg.clientWidth || 480, 240) - 12;
    svg.setAttribute("viewBox", `0 0 ${right + 12} ${height}`);
    const between = [0, 0.5, 1].map((part) => Math.round(first + part * (last - first)));
    svg.replaceChildren(svg.querySelector("title"),
      ...ticks.flatMap((t) => [
        drawing("line", { class: "rule", x1: left, x2: right, y1: y(t), y2: y(t) }),
        text(String(t), { x: left - 6, y: y(t) + 4, "text-anchor": "end" }),
      ]),
      drawing("path", { class: "axis", fill: "none", d: `M${left} ${top}V${bottom}H${right}` }),
      ...[...new Set(between)].map((step, i, all) => text(i ? step.toLocaleString("en") : `step ${step}`,
        { x: x(step), y: bottom + 18, "text-anchor": i === 0 ? "start" : i === all.length - 1 ? "end" : "middle" })),
      ...curves.map((c) => drawing("polyline", {
        class: `curve ${c.name}`,
        points: c.points.map((p) => `${x(p.step).toFixed(1)},${y(p.loss).toFixed(1)}`).join(" "),
      })),
      ...(kept === null ? [] : [
        drawing("line", { class: "kept", x1: x(kept), x2: x(kept), y1: top, y2: bottom }),
        text("kept", { class: "kept", x: x(kept), y: top - 8, "text-anchor": x(kept) < left + 20 ? "start" : "middle" }),
      ]),
      ...births.map(birthMark), now, point);
    mark();
  };
  svg.onclick = (event) => {
    const box = svg.getBoundingClientRect();
    const at = (event.clientX - box.left) * (right + 12) / box.width;
    pick(curves[0].points.reduce((best, p) => (Math.abs(x(p.step) - at) < Math.abs(x(best.step) - at) ? p : best)).step);
  };
  new ResizeObserver(draw).observe(svg);
  draw();
  return {
    mark(step) {
      marked = pointAt(step);
      mark();
    },
    births(list) {
      births = list;
      draw();
    },
  };
}
