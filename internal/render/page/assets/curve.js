// The curves of the losses over the steps of a training, the main one first.

// makeCurve draws a chart and calls pick(step) for a click. A line says that the weights of step `kept` are kept, unless that
// is null. It returns how to mark a step and births: {step, count} of links that formed.
function makeCurve(svg, chart, pick, kept = null) {
  const points = chart.series[0].points;
  let births = [], marked = points[0];
  const pointAt = (step) => points.find((p) => p[0] === step) || [step, chart.y.low]; // a log may lack a step
  const now = drawing("line", { class: "now" }), point = drawing("circle", { r: 5 });

  const birthMark = (plot, { step, count }, i) => {
    const [at, over] = [plot.x(step), plot.y(pointAt(step)[1])];
    const crowded = i > 0 && at - plot.x(births[i - 1].step) < 22;
    return drawing("g", { class: "birth" },
      drawing("title", {}, `step ${step}: ${count} ${count === 1 ? "link" : "links"} formed`),
      drawing("path", { d: `M${at} ${over - 6}l6 6l-6 6l-6 -6Z` }),
      ...(crowded ? [] : [drawing("text", { x: at, y: over - 10, "text-anchor": "middle" }, String(count))]));
  };
  const mark = (plot) => {
    for (const side of ["x1", "x2"]) now.setAttribute(side, plot.x(marked[0]));
    now.setAttribute("y1", plot.top);
    now.setAttribute("y2", plot.bottom);
    point.setAttribute("cx", plot.x(marked[0]));
    point.setAttribute("cy", plot.y(Math.max(marked[1], chart.y.low)));
  };
  const plot = makeChart(svg, chart, (plot) => {
    mark(plot);
    const at = kept === null ? 0 : plot.x(kept);
    return [
      ...(kept === null ? [] : [
        drawing("line", { class: "kept", x1: at, x2: at, y1: plot.top, y2: plot.bottom }),
        drawing("text", { class: "kept", x: at, y: plot.top - 8, "text-anchor": at < plot.left + 20 ? "start" : "middle" }, "kept"),
      ]),
      ...births.map((birth, i) => birthMark(plot, birth, i)), now, point];
  });
  svg.onclick = (event) => pick(nearest(points, placeOf(event, svg, chart, plot))[0]);
  return {
    mark(step) {
      marked = pointAt(step);
      mark(plot);
    },
    births(list) {
      births = list;
      plot.draw();
    },
  };
}
