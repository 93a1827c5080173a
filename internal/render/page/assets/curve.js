// The curves of the losses over the steps of a training, the main one first.

// makeCurve draws a chart and calls pick(step) for a click, and for each step that a pressed pointer is drawn over. A line says that
// the weights of step `kept` are kept, unless that is null. It returns how to mark a step and births: {step, until (the last step, if
// there are several), count, names (which, may be left out)} of links that formed; and, for a training that goes on, how to draw the chart again with what was added to it.
function makeCurve(svg, chart, pick, kept = null) {
  const points = chart.series[0].points;
  const nowhere = [chart.x.low, chart.y.low];
  let births = [], marked = points[0] ?? nowhere;
  // A log may lack a step: then the point is on the line between its neighbours.
  const pointAt = (step) => {
    const after = points.findIndex((p) => p[0] >= step);
    if (after < 0) return [step, points.at(-1)?.[1] ?? chart.y.low];
    if (points[after][0] === step || after === 0) return [step, points[after][1]];
    const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
    return [step, y0 * (y1 / y0) ** ((step - x0) / (x1 - x0))];
  };
  const now = drawing("line", { class: "now" }), point = drawing("circle", { r: 5 });

  const birthMark = (plot, { step, until, count, names }, i) => {
    const [at, over] = [plot.x(step), plot.y(pointAt(step)[1])];
    const crowded = i > 0 && at - plot.x(births[i - 1].step) < 22;
    const [first, high] = [at < plot.left + 12, over < plot.top + 18]; // the number stands below what is above the axes
    return drawing("g", { class: "birth" },
      drawing("title", {}, `${until > step ? `steps ${step} to ${until}` : `step ${step}`}: ${count} ${count === 1 ? "link" : "links"} formed${names ? `: ${names}` : ""}`),
      drawing("path", { d: `M${at} ${over - 6}l6 6l-6 6l-6 -6Z` }),
      ...(crowded ? [] : [drawing("text", {
        x: !first ? at : high ? at + 9 : plot.left + 4, y: !high ? over - 10 : first ? over + 4 : over + 20,
        "text-anchor": first ? "start" : "middle",
      }, String(count))]));
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
  const pickAt = (event) => {
    const found = nearest(points, placeOf(event, svg, chart, plot));
    if (found) pick(found[0]);
  };
  svg.onpointerdown = (event) => {
    if (event.button !== 0) return;
    svg.setPointerCapture(event.pointerId);
    pickAt(event);
  };
  svg.onpointermove = (event) => {
    if (svg.hasPointerCapture(event.pointerId)) pickAt(event);
  };
  return {
    mark(step) {
      marked = pointAt(step);
      mark(plot);
    },
    births(list) {
      births = list;
      plot.draw();
    },
    // draw draws the chart again after points, levels or axes changed, with a step whose weights are kept (or null) and births.
    draw(step, keptStep, list) {
      marked = pointAt(step);
      kept = keptStep;
      births = list;
      plot.draw();
    },
  };
}
