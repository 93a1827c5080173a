// The page of a sweep: its table, its charts, and the map of the trial that is chosen.

// objectiveNumber writes a value of the objective, or a loss, as the table does.
function objectiveNumber(x) {
  if (Math.abs(x) < 1e6) return exact(x);
  return x.toExponential(3).replace(/\.?0+e/, "e").replace(/e([+-])(\d)$/, "e$10$2");
}

const counted = (x) => x.toLocaleString("en", { maximumFractionDigits: 0 });
const oneSeed = new Set(data.points.flatMap((p) => p.trials.map((t) => t.seed))).size < 2;
const trialName = (i, j) => (oneSeed ? data.points[i].name : `${data.points[i].name}, seed ${data.points[i].trials[j].seed}`);

let chosen = null; // {point, trial}
let pointed = null; // {point, trial or null} under the pointer or the focus

function openSweep() {
  const palettes = { light: makePalette(data.light), dark: makePalette(data.dark) };
  let map = null;
  const theme = makeTheme(byId("theme"), () => map?.redraw());
  map = makeTrialMap(() => palettes[theme.name()]);
  const table = makePoints(byId("points"), { point, choose: (i) => choose(i, 0) });
  const charts = [table,
    ...(data.each.length ? [makeLines()] : []),
    ...data.each.map((setting, i) => makeEach(byId(`each-${i}`), setting)),
    ...(data.curves ? [makeCurves(byId("curves"))] : [])];
  byId("ranks")?.replaceChildren(...Array.from({ length: 9 }, (_, i) => {
    const swatch = element("span", {});
    swatch.style.background = rankColor(i);
    return swatch;
  }));

  // mark shows what is pointed at, in the table and in every chart.
  function mark() {
    for (const chart of charts) chart.mark(pointed?.point ?? null, pointed?.trial ?? null);
  }

  // point marks a point, or one trial of it, or nothing.
  function point(i, trial = null) {
    if (pointed?.point === (i ?? undefined) && pointed?.trial === trial) return;
    pointed = i === null ? null : { point: i, trial };
    mark();
  }

  // choose shows the map of a trial. Where the map stands below, the page scrolls to it.
  function choose(i, trial, quietly) {
    chosen = { point: i, trial };
    table.choose(i);
    drawTrials();
    const box = byId("chosen").getBoundingClientRect();
    if (!quietly && (box.top > innerHeight - 200 || box.bottom < 100)) byId("chosen").scrollIntoView();
  }

  // drawTrials lists the trials of the chosen point.
  function drawTrials() {
    const { name, trials } = data.points[chosen.point];
    byId("chosen-heading").textContent = name;
    byId("trials").replaceChildren(...trials.map((t, j) => {
      const button = element("button", { type: "button", "aria-pressed": j === chosen.trial }, `seed ${t.seed}: ${t.text}`);
      button.onclick = () => {
        chosen.trial = j;
        drawTrials();
        byId("trials").children[j].focus();
      };
      button.onpointerenter = button.onfocus = () => point(chosen.point, j);
      button.onpointerleave = button.onblur = () => point(null);
      return button;
    }));
    const t = trials[chosen.trial];
    const less = t.map < 0 && t.value !== null ? ` ${data.less}` : "";
    byId("remark").textContent = `${t.remark}; trial ${t.hash}.${less}`;
    map.show(t.map);
  }

  // makeLines makes the parallel coordinates.
  function makeLines() {
    const ranked = data.points.filter((p) => p.mean !== null).length;
    const names = data.axes.map((a) => a.title).join(", ");
    byId("parallel-title").textContent = `${counted(ranked)} combinations of settings as lines over ${names}`;
    const lines = makeParallel(byId("parallel"), data.axes, data.points, { point, choose: (i) => choose(i, 0) });
    return {
      mark(i) {
        lines.mark(i);
        const p = data.points[i];
        const mean = !p || p.mean === null ? "" : `: mean ${objectiveNumber(p.mean)}`;
        byId("parallel-shown").textContent = p ? `${p.rank} ${p.name}${mean}` : "";
      },
    };
  }

  // makeCurves makes the curves of all trials.
  function makeCurves(svg) {
    const series = [];
    data.points.forEach((p, i) => p.trials.forEach((t, j) => {
      if (t.steps < 0) return;
      const steps = read(data.steps, t.steps), losses = read(t, "losses");
      series.push({
        point: i, trial: j, style: 0, color: p.color < 0 ? "var(--quiet)" : rankColor(p.color),
        thin: true, dashes: [], band: [], marks: [],
        points: Array.from(steps, (x, k) => [x, losses[k]]),
      });
    }));
    series.reverse(); // the best on top
    data.chart.series = series;
    byId("curves-title").textContent = `${data.loss} of ${counted(series.length)} trials by step`;
    const plot = makeChart(svg, data.chart);
    const whole = { x: data.chart.x, y: data.chart.y };
    if (data.late) {
      byId("late").onchange = (event) => {
        Object.assign(data.chart, event.target.checked ? data.late : whole);
        plot.draw();
      };
    }
    let lit = [];
    const near = (event) => {
      const at = placeOf(event, svg, data.chart, plot), box = svg.getBoundingClientRect();
      const y = (event.clientY - box.top) * svg.viewBox.baseVal.height / box.height;
      let best = null, distance = 16;
      for (const s of series) {
        const k = s.points.findIndex((p) => p[0] >= at);
        if (k < 0) continue;
        const [before, after] = [s.points[Math.max(0, k - 1)], s.points[k]];
        const [x0, x1] = [plot.x(before[0]), plot.x(after[0])];
        const share = x1 > x0 ? (plot.x(at) - x0) / (x1 - x0) : 1;
        const d = Math.abs(plot.y(before[1]) + share * (plot.y(after[1]) - plot.y(before[1])) - y);
        if (d < distance) [best, distance] = [{ s, step: share < 0.5 ? before : after }, d];
      }
      return best;
    };
    let found = null; // a click rounds its place, and is of what was pointed at
    svg.addEventListener("pointermove", (event) => {
      found = near(event);
      point(found ? found.s.point : null, found ? found.s.trial : null);
      if (found) say(found.s, found.step);
    });
    svg.addEventListener("pointerleave", () => point(null));
    svg.addEventListener("click", () => {
      if (found) choose(found.s.point, found.s.trial);
    });
    const say = (s, [step, loss]) => {
      byId("curves-shown").textContent = `${trialName(s.point, s.trial)}: ${objectiveNumber(loss)} at step ${counted(step)}`;
    };
    return {
      mark(i, trial) {
        for (const line of lit) line.classList.remove("lit");
        const marked = series.filter((s) => s.point === i && (trial === null || s.trial === trial));
        lit = marked.map((s) => plot.lines.get(s));
        for (const line of lit) {
          line.classList.add("lit");
          line.parentNode.append(line);
        }
        svg.classList.toggle("dimmed", lit.length > 0);
        byId("curves-shown").textContent = marked.length > 1 ? `${data.points[i].name}: ${marked.length} trials` : "";
        if (marked.length === 1) say(marked[0], marked[0].points[marked[0].points.length - 1]);
      },
    };
  }

  if (data.points.length) choose(0, 0, true);
}

// makeEach makes the chart of one setting: a dot for each trial, and the means.
function makeEach(svg, setting) {
  const { chart } = setting, [means] = chart.series;
  const named = new Map(chart.x.ticks.map((t) => [t.at, t.text]));
  const said = means.points.filter((p) => named.has(p[0])).map((p) => `${named.get(p[0])}: ${objectiveNumber(p[1])}`);
  const listed = said.length ? `: means ${said.join(", ")}` : "";
  svg.querySelector("title").textContent = `${data.objective} by ${setting.name}${listed}`;
  const dots = read(setting, "dots");
  const axis = data.axes.findIndex((a) => a.title === chart.x.title);
  if (!setting.joins) chart.series = [];
  const lit = drawing("path", { class: "dots lit" });
  let marked = null;
  const path = (plot, list) => list.map(([x, y]) => `M${plot.x(x).toFixed(1)} ${plot.y(y).toFixed(1)}h0`).join("");
  const light = (plot) => {
    const p = data.points[marked];
    lit.setAttribute("d", p ? path(plot, p.trials.filter((t) => t.value !== null).map((t) => [p.at[axis], t.value])) : "");
  };
  const plot = makeChart(svg, chart, (plot) => {
    light(plot);
    const places = Array.from({ length: dots.length / 2 }, (_, i) => [dots[2 * i], dots[2 * i + 1]]);
    const all = drawing("path", { class: "dots", d: path(plot, places) });
    const meanLine = (x1, x2, y1, y2) => drawing("line", { class: "mean", x1, x2, y1: plot.y(y1), y2: plot.y(y2) });
    const mean = setting.joins
      ? means.points.map((p) => drawing("circle", { class: "mean", cx: plot.x(p[0]), cy: plot.y(p[1]), r: 3.5 }))
      : means.points.flatMap((p, i) => [
        meanLine(plot.x(p[0]) - 14, plot.x(p[0]) + 14, p[1], p[1]),
        ...means.band.slice(i, i + 1).map(([low, high]) => meanLine(plot.x(p[0]), plot.x(p[0]), low, high)),
      ]);
    return [all, ...mean, lit];
  });
  return {
    mark(i) {
      marked = i;
      light(plot);
    },
  };
}

// makePoints makes the table sort, walk and choose. `on` has point(index or null) and choose(index).
function makePoints(table, on) {
  const body = table.tBodies[0], rows = [...body.rows];
  rows.forEach((row, i) => {
    row.point = i;
  });
  const buttons = rows.map((row) => row.querySelector("button"));
  const rowOf = (event) => event.target.closest("tbody tr");
  body.addEventListener("pointerover", (event) => on.point(rowOf(event)?.point ?? null));
  body.addEventListener("pointerleave", () => on.point(null));
  body.addEventListener("focusin", (event) => {
    reach(rowOf(event).point);
    on.point(rowOf(event).point);
  });
  body.addEventListener("focusout", () => on.point(null));
  body.addEventListener("click", (event) => {
    const row = rowOf(event);
    if (row) on.choose(row.point);
  });
  // Tab reaches one row; arrow keys move from row to row.
  let reached = 0, lit = null, chosen = null;
  const reach = (i) => {
    buttons[reached].tabIndex = -1;
    reached = i;
    buttons[reached].tabIndex = 0;
  };
  reach(0);
  listenToWalk(body, (down, right) => {
    const at = [...body.rows];
    const now = at.indexOf(rows[reached]);
    buttons[at[within(now + (down || Math.sign(right) * (Math.abs(right) > 1 ? at.length : 0)), at.length - 1)].point].focus();
  }, () => on.choose(reached));

  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, k) => {
    if (rows[0].cells[k].classList.contains("number")) head.classList.add("number");
    head.querySelector("button").onclick = () => sort(head, k);
  });
  heads[0].setAttribute("aria-sort", "ascending");
  const sort = (head, k) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const h of heads) h.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const texts = rows.map((row) => row.cells[k].textContent);
    const numbers = texts.map((t) => (/\d/.test(t) ? Number(t.replace(/[,~]/g, "")) : NaN));
    const numeric = head.classList.contains("number");
    const missing = (i) => (numeric ? Number.isNaN(numbers[i]) : texts[i] === "");
    const order = rows.map((_, i) => i).sort((a, b) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b) || a - b;
      const c = numeric ? numbers[a] - numbers[b] : texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0;
      return (down ? -c : c) || a - b;
    });
    body.append(...order.map((i) => rows[i]));
  };
  return {
    mark(i) {
      lit?.classList.remove("lit");
      lit = i === null ? null : rows[i];
      lit?.classList.add("lit");
    },
    choose(i) {
      chosen?.classList.remove("chosen");
      if (chosen) buttons[chosen.point].removeAttribute("aria-pressed");
      chosen = rows[i];
      chosen.classList.add("chosen");
      buttons[i].setAttribute("aria-pressed", "true");
    },
  };
}

if (data.points.length) openSweep();
else makeTheme(byId("theme"), () => {});
