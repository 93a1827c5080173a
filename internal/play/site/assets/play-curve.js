// The losses while they come: held-out, training, the baselines as labelled lines, and the births of links.

// mostPoints is how many points of a curve are kept.
const mostPoints = 600;

// appendPoint adds a point to a curve: the newest one always, and of the others so many that they stand apart by at least curve.apart
// steps, which grows with the training.
function appendPoint(curve, point) {
  const { points } = curve;
  if (points.length > 1 && point[0] - points.at(-2)[0] < curve.apart) points.pop();
  points.push(point);
  if (points.length <= mostPoints) return;
  curve.apart = (2 * point[0]) / mostPoints;
  let before = -Infinity;
  const kept = points.filter(([step], i) => {
    const stays = step - before >= curve.apart || i === points.length - 1;
    if (stays) before = step;
    return stays;
  });
  points.splice(0, Infinity, ...kept);
}

// mostNames is how many links a mark names.
const mostNames = 5;

// makeLive returns how to draw the losses of a training. pick(step) is called for a click and while the pointer is drawn over.
function makeLive(svg, pick) {
  const heldOut = { name: "held-out", style: 0, thin: false, dashes: [], band: [], marks: [], points: [], apart: 0 };
  const training = { name: "training", style: 0, thin: true, dashes: [], band: [], marks: [], points: [], apart: 0 };
  const chart = {
    x: { title: "step", log: false, low: 0, high: 1, ticks: [] },
    y: { title: "loss", log: true, low: 1, high: 10, ticks: [] },
    series: [heldOut, training],
    levels: [],
  };
  let births = new Map(),
    kept = null,
    only = false;
  const curve = makeCurve(svg, chart, pick);

  // axes fits the axes to what there is: on y the held-out losses and the levels, and training losses that are not far from these; on
  // x the steps to come too.
  function axes(steps) {
    const positive = (list) => list.filter((y) => Number.isFinite(y) && y > 0);
    const batches = positive(training.points.map((p) => p[1]));
    const levels = positive(chart.levels.map((l) => l.y));
    const main = [...levels, ...positive(heldOut.points.map((p) => p[1]))];
    const shown = main.length ? main : batches.length ? batches : [1, 10];
    const least = Math.min(...shown);
    const most = Math.min(Math.max(...shown), 1e4 * (levels.length ? Math.max(...levels) : least));
    chart.y.low = Math.max(Math.min(least, ...batches), Math.min(least, most / 1e3)) / 1.1;
    chart.y.high = Math.min(Math.max(most, ...batches), 10 * most) * 1.1;
    chart.y.ticks = decadeTicks(chart.y.low, chart.y.high);
    chart.x.high = Math.max(steps, 1);
    chart.x.ticks = evenTicks(chart.x.high);
  }
  return {
    // reset begins with the points and the baselines of a State.
    reset({ points, baselines, steps }) {
      heldOut.points.length = training.points.length = 0;
      heldOut.apart = training.apart = 0;
      births = new Map();
      only = !points.some((p) => p.heldOut !== null && p.heldOut !== undefined);
      chart.levels = (baselines ?? [])
        .filter((b) => b.loss > 0)
        .map((b) => ({ text: b.name, y: b.loss, style: -1 }))
        .sort((a, b) => b.y - a.y);
      this.add(points);
      axes(steps);
    },
    // add appends evaluations {step, loss, heldOut}; of a training without held-out text the main curve is the loss of the batches.
    add(points) {
      for (const p of points) {
        const loss = p.heldOut ?? (only ? p.loss : null);
        if (loss !== null && Number.isFinite(loss)) appendPoint(heldOut, [p.step, loss]);
      }
    },
    // batch appends the training loss of a batch.
    batch(step, loss) {
      const last = training.points.at(-1);
      if (loss === null || !Number.isFinite(loss) || (last && last[0] >= step)) return;
      appendPoint(training, [step, loss]);
    },
    // born adds new links; name(link) are words for one. Those close together have one mark, which names the first few.
    born(links, name) {
      for (const link of links) {
        const step = [...births.keys()].find((at) => Math.abs(at - link.step) < chart.x.high / 14) ?? link.step;
        const birth = births.get(step) ?? { step, until: step, count: 0, names: "" };
        birth.count++;
        birth.until = Math.max(birth.until, link.step);
        if (birth.count <= mostNames) birth.names += `${birth.names ? ", " : ""}${name(link)}`;
        births.set(step, birth);
      }
    },
    forgetBirths() {
      births = new Map();
    },
    keep(step) {
      kept = step;
    },
    // draw draws everything, and marks a step.
    draw(steps, step) {
      axes(steps);
      curve.draw(step, kept, [...births.values()]);
      const last = heldOut.points.at(-1),
        first = heldOut.points[0];
      byId("loss-title").textContent = last
        ? `${only ? "Training" : "Held-out"} loss from ${first[1].toFixed(3)} at step ${first[0]} to ${last[1].toFixed(3)} at step ${last[0]}, on a logarithmic axis`
        : "No losses yet";
    },
  };
}

// decadeTicks are 1, 2 and 5 of each decade between two losses; of many, the powers of ten alone.
function decadeTicks(low, high) {
  const list = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
    for (const m of high / low < 1000 ? [1, 2, 5] : [1]) {
      const at = m * 10 ** e;
      if (at >= low && at <= high) list.push({ at, text: at >= 1 ? String(Math.round(at)) : at.toFixed(Math.max(0, -e)) });
    }
  }
  return list;
}

// evenTicks are up to six even numbers from 0 to a step.
function evenTicks(high) {
  const rough = high / 5,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough),
  );
  const list = [];
  for (let at = 0; at <= high; at += step) list.push({ at, text: String(at) });
  return list;
}
