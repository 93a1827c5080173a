// The way through training: a slider, the curve of the loss, and when each link formed.

// pause is how long a frame stands while the film plays, in milliseconds.
const pause = 500;

// makeFilm wires the slider and draws the curve. `go(frame)` shows a frame. It returns how to mark one.
function makeFilm(go) {
  const frames = data.frames;
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

  // The curve: steps to the right, loss upward.
  const left = 44, right = 470, top = 10, bottom = 124;
  const losses = frames.map((f) => f.loss);
  const lowest = Math.min(...losses), highest = Math.max(...losses);
  const first = frames[0].step, span = frames[last].step - first;
  const x = (step) => span ? left + (right - left) * (step - first) / span : (left + right) / 2;
  const y = (loss) => highest > lowest ? bottom - (bottom - top) * (loss - lowest) / (highest - lowest) : (top + bottom) / 2;
  const svg = byId("loss");
  const now = drawing("line", { class: "now", y1: top, y2: bottom }), point = drawing("circle", { r: 5 });
  const text = (string, at) => drawing("text", at, string);
  svg.append(
    drawing("path", { class: "axis", fill: "none", d: `M${left} ${top}V${bottom}H${right}` }),
    drawing("polyline", { class: "curve", points: frames.map((f) => `${x(f.step).toFixed(1)},${y(f.loss).toFixed(1)}`).join(" ") }),
    text(highest.toFixed(2), { x: left - 6, y: top + 8, "text-anchor": "end" }),
    ...(highest > lowest ? [text(lowest.toFixed(2), { x: left - 6, y: bottom, "text-anchor": "end" })] : []),
    text(`step ${first}`, { x: left, y: bottom + 18 }),
    ...(span ? [text(String(frames[last].step), { x: right, y: bottom + 18, "text-anchor": "end" })] : []),
    now, point);
  byId("loss-title").textContent = `Held-out loss from ${losses[0].toFixed(3)} at step ${first} to ${losses[last].toFixed(3)} at step ${frames[last].step}`;
  svg.onclick = (event) => {
    const box = svg.getBoundingClientRect();
    const at = (event.clientX - box.left) * 480 / box.width;
    stop();
    go(frames.reduce((best, f, i) => Math.abs(x(f.step) - at) < Math.abs(x(frames[best].step) - at) ? i : best, 0));
  };
  return {
    mark(frame) {
      const f = frames[frame];
      slider.value = frame;
      const said = `step ${f.step} of ${frames[last].step}, loss ${f.loss.toFixed(3)}`;
      slider.setAttribute("aria-valuetext", said);
      byId("step-shown").textContent = said;
      now.setAttribute("x1", x(f.step));
      now.setAttribute("x2", x(f.step));
      point.setAttribute("cx", x(f.step));
      point.setAttribute("cy", y(f.loss));
    },
  };
}

// makeFormed lists when the links of a sentence formed. `show(link)` goes to one. It returns how to mark those
// that are still to come at a step.
function makeFormed(sentence, show) {
  const s = data.sentences[sentence];
  const words = numbered(s.tokens);
  const links = data.formed.filter((f) => f.sentence === sentence);
  const rows = links.map((f) => {
    const button = element("button", { type: "button", "aria-label": `show ${words[f.query]} looking at ${words[f.key]}` }, "show");
    button.onclick = () => show(f);
    return element("tr", {},
      element("td", {}, String(f.step)),
      element("td", { class: "link" }, wordElement(words[f.query], false), " → ", wordElement(words[f.key], false)),
      element("td", { class: "link" }, nameOf(sentence, f.layer, f.head)),
      element("td", {}, f.final.toFixed(2)),
      element("td", {}, button));
  });
  byId("formed").replaceChildren(
    element("thead", {}, element("tr", {}, ...["step", "link", "head", "last weight", "see it"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows));
  // Most of what was there from the start is a first word's look at itself: shown when asked for.
  const start = links.map((f) => f.step === data.frames[0].step);
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
