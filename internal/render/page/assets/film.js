// The steps of a training: a slider over them, and the links with the step at which each formed.

// pause is how long a frame stands while the film plays, in milliseconds.
const pause = 500;

// makeFilm wires the slider over frames of {step, loss} and the chart of the losses. The run keeps the weights of the frame `model`. `go(frame)` shows a frame. It returns how to mark one.
function makeFilm(frames, model, chart, go) {
  const last = frames.length - 1;
  const slider = byId("step"), play = byId("play");
  slider.max = last;
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  };
  slider.oninput = () => {
    stop();
    go(Number(slider.value));
  };
  play.onclick = () => {
    if (timer) return stop();
    play.textContent = "Pause";
    if (Number(slider.value) === last) go(0);
    timer = setInterval(() => {
      const next = Number(slider.value) + 1;
      if (next <= last) go(next);
      if (next >= last) stop();
    }, pause);
  };
  byId("kept-key").hidden = model === last;
  const main = chart.series[0], points = main ? main.points : [];
  byId("training-key").hidden = !chart.series.some((s) => s.name === "training");
  // Without held-out text there is the loss of the training alone.
  const heldOut = points.length > 0 && main.name === "held-out";
  byId("heldout-key").hidden = !heldOut;
  const lossAt = ([step, loss]) => `${loss.toFixed(3)} at step ${step}`;
  const kept = points.find((p) => p[0] === frames[model].step);
  const lowest = model < last && kept ? `, lowest ${lossAt(kept)}` : "";
  byId("loss-title").textContent = points.length
    ? `${heldOut ? "Held-out" : "Training"} loss from ${lossAt(points[0])} to ${lossAt(points[points.length - 1])}${lowest}, on a logarithmic axis`
    : "No losses were logged";
  byId("loss").parentElement.hidden = !points.length;
  const curve = !points.length ? { mark() {}, births() {} } : makeCurve(byId("loss"), chart, (step) => {
    stop();
    go(frames.findIndex((f) => f.step === step));
  }, model < last ? frames[model].step : null);
  return {
    mark(frame) {
      const f = frames[frame];
      slider.value = frame;
      const kept = frame === model && model < last ? ", the lowest: the run keeps these weights" : "";
      const loss = f.loss === null ? "" : `, held-out loss ${f.loss.toFixed(3)}`;
      const said = `step ${f.step} of ${frames[last].step}${loss}${kept}`;
      slider.setAttribute("aria-valuetext", said);
      byId("step-shown").textContent = said;
      curve.mark(f.step);
    },
    births: curve.births,
    stop,
  };
}

// birthsOf counts the links that formed at each step after the first.
function birthsOf(links, first) {
  const count = new Map();
  for (const { step } of links) if (step > first) count.set(step, (count.get(step) || 0) + 1);
  return Array.from(count, ([step, count]) => ({ step, count }));
}

// makeFormed lists when links of {query, key, head, step, final} formed. `show(link)` goes to one. It returns how to mark those that
// are still to come at a step. `first` is the step of the first frame.
function makeFormed(words, links, first, show) {
  const rows = links.map((f) => {
    const label = `show ${words[f.query]} attending to ${words[f.key]} at step ${f.step}`;
    const button = element("button", { type: "button", "aria-label": label }, "show");
    button.onclick = () => show(f);
    return element("tr", {},
      element("td", {}, String(f.step)),
      element("td", { class: "link" }, wordElement(words[f.query], false), " → ", wordElement(words[f.key], false)),
      element("td", { class: "link" }, f.name),
      element("td", {}, f.final.toFixed(2)),
      element("td", {}, button));
  });
  byId("formed").replaceChildren(
    ...headedTable(["step", "link", "head", "last weight", "see it"], rows).children);
  // Most of what is there from the start is the first word's attention to itself: it is listed when asked for.
  const start = links.map((f) => f.step === first);
  const box = byId("from-start");
  byId("from-start-count").textContent = String(start.filter(Boolean).length);
  box.onchange = () => rows.forEach((row, i) => {
    row.hidden = start[i] && !box.checked;
  });
  box.onchange();
  return {
    mark(step) {
      links.forEach((f, i) => rows[i].classList.toggle("to-come", f.step > step));
    },
  };
}
