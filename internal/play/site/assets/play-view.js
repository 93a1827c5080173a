// Drawing what the page knows: `now` is what the session told, `view` what the reader chose. Changes ask for a draw; it happens with the
// next frame of the browser, once for all that changed.

const given = JSON.parse(byId("data").textContent);
const palettes = { light: makePalette(given.light), dark: makePalette(given.dark) };

const now = {
  ready: false, // a training stands
  step: 0,
  steps: 1,
  shownStep: 0, // updates of the weights that are shown: at the end of a training those that it keeps
  loss: null,
  heldOut: null,
  speed: 0,
  stopped: "",
  reason: "", // why it stopped
  corpus: null,
  canTrain: true,
  parameters: 0,
  stepSeconds: 0, // an estimate
  sentence: "", // of the film: that with which the training started
  frames: [], // the steps of the film
  command: "",
  commandFile: "",
  withheld: "",
  rate: null, // the learning rate, as text, if it was changed on the way
  map: null, // as readMap returns it, with the cuts
  plain: null, // the likely next words without the cuts: {word, before, probability (with them)}; null: there are no cuts
  plainAt: null, // likewise after each word; null: there are no cuts, or it is not known
  effect: null, // of the cuts
  past: null, // {step, map} of a step that the page shows; null: the present
};
const view = {
  layer: MEAN,
  head: MEAN,
  query: -1, // the word that is kept; -1: the last
  pointed: null, // the word under the pointer
  going: null, // the step whose map was asked for last, until it is there
};

// quietly is how long a screen reader is left alone between two messages about a training, in milliseconds.
const quietly = 4000;
const still = matchMedia("(prefers-reduced-motion: reduce)");

// shownStep is the step of the weights on the page.
const shownStep = () => (now.past ? now.past.step : now.shownStep);

// stopsOfFilm are the steps whose map can be shown, in order: those of the film, and that of the present weights.
const stopsOfFilm = () => [...new Set([...now.frames, now.shownStep])].sort((a, b) => a - b);

// shownMap is the map on the page: of the past step that is shown, or the present one.
function shownMap() {
  return now.past ? now.past.map : now.map;
}

// shownQuery is the word whose attention is shown.
function shownQuery() {
  const last = shownMap().tokens.length - 1;
  return within(view.pointed ?? (view.query < 0 ? last : view.query), last);
}

// makeDrawing returns a function that asks for a draw. fast() draws what follows every step and the pointer, at most once
// a frame of the browser; `slow` ones at most ten times a second, and everything twice a second for readers who want no motion.
function makeDrawing(fast, slow, playing) {
  let asked = false,
    slowAt = -1e9,
    fastAt = -1e9,
    later = 0;
  const draw = (time) => {
    asked = false;
    if (!now.map) return;
    if (still.matches && playing() && time - fastAt < 500) return again(500 - (time - fastAt));
    fastAt = time;
    fast();
    if (time - slowAt < 100) return again(100 - (time - slowAt));
    slowAt = time;
    slow();
  };
  const again = (ms) => {
    clearTimeout(later);
    later = setTimeout(ask, ms);
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  };
  return ask;
}

// makeSaying returns a function that tells a screen reader something, not more often than every few seconds; the newest counts.
function makeSaying(place) {
  let last = -1e9,
    timer = 0;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        last = performance.now();
        place.textContent = text;
      },
      Math.max(0, quietly - (performance.now() - last)),
    );
  };
}

// drawWhere says where the training is.
function drawWhere(playing) {
  const parts = [`step ${now.step} of ${now.steps}`];
  if (now.heldOut !== null) parts.push(`held-out loss ${now.heldOut.toFixed(2)}`);
  else if (now.loss !== null) parts.push(`loss ${now.loss.toFixed(2)}`);
  if (!playing && now.step === 0 && now.stepSeconds >= 0.03)
    parts.push(`about ${now.stepSeconds.toFixed(now.stepSeconds < 0.1 ? 2 : 1)} s a step, ${lasting(now.stepSeconds * now.steps)} in all`);
  if (!playing && now.shownStep !== now.step)
    parts.push(`shown: step ${now.shownStep}`);
  if (playing && now.speed) parts.push(`${Math.round(now.speed / 1000)},000 tokens a second`.replace(/^0,000/, "under 1,000"));
  setText(byId("where"), parts.join(" · "));
  const bar = byId("progress");
  bar.max = now.steps;
  bar.value = now.step;
  setText(
    byId("play"),
    playing ? "Pause" : atEnd() && now.stopped !== "diverged" ? `Train ${moreSteps()} more` : now.step ? "Go on" : "Play",
  );
}

// lasting writes a time for people.
function lasting(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

// atEnd reports whether the training made all its steps; moreSteps is how many more one click asks for.
const atEnd = () => now.ready && now.step >= now.steps;
const moreSteps = () => Math.max(100, Math.round(now.steps / 300) * 100);

// setText changes a text only where it differs: what is the same is not drawn again, and not selected away.
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

// leadOf is the sentence that says what to do now.
function leadOf(playing, cut) {
  const { corpus } = now;
  if (!now.ready) return "The engine starts…";
  if (!now.canTrain)
    return "This run is open without its text: type a sentence, point at its words and click an arc to cut it. To train it on, open it with its text.";
  const what =
    corpus.unit === "characters"
      ? `on ${corpus.tokens.toLocaleString("en")} characters of text`
      : `on ${corpus.trainSentences.toLocaleString("en")} sentences${corpus.name === "savanna" ? " about animals" : ""}`;
  const next = corpus.unit === "characters" ? "character" : "word";
  if (now.past) return `This is step ${now.past.step}. Drag along the curve to see how the arcs formed.`;
  if (cut)
    return "A cut changes what you see, not what is learned. Compare the next words before and after, and restore the arc to go back.";
  if (playing)
    return `It learns. The arcs show what the highlighted ${next} attends to; the pale one is what the model expects next.`;
  if (now.step === 0)
    return `Press Play: a transformer of ${now.parameters.toLocaleString("en")} parameters trains ${what} and learns to predict the next ${next}.`;
  return "Click an arc to cut it and see what the prediction needs; type a sentence of your own; or drag along the curve to see how it was learned.";
}

// figureNote says how the sentence is read and what can be done with it, where a token is a `unit`.
function figureNote(unit) {
  const { joined, direction } = now.map;
  return [
    `Point at a ${unit} to see what it attends to: the ${unit}s whose numbers the model mixes into its own. `,
    joined ? `The darker one is, the larger its weight. ` : `The number below each is its weight; all of them add up to 1. `,
    element("span", { class: "of-each" }, `After ${direction === "rtl" ? "←" : "→"} stands the ${unit} that the model expects next. `),
    "Click an arc to cut it: the shown prediction changes, the training does not.",
  ];
}

// notesOf are the notes on a text, with its size.
function notesOf(corpus) {
  if (!corpus) return [];
  const { vocab, unit, heldOutSentences: out } = corpus;
  const sizes = [`It has ${vocab.toLocaleString("en")} different ${unit}.`];
  if (unit === "words" && out) sizes.push(`${out.toLocaleString("en")} ${out === 1 ? "sentence is" : "sentences are"} held out.`);
  return [...sizes, ...corpus.notes];
}

// mostNext is how many next words are listed.
const mostNext = 5;

// nextRows are the rows of the next words after a position. With cuts, each has its probability before, and the words stand in the order
// from before: a prediction that falls does so in its place.
function nextRows(map, query) {
  const rows = (map.nextAt[query] ?? []).slice(0, mostNext);
  const plain = now.past ? null : query === map.tokens.length - 1 ? now.plain : now.plainAt?.[query];
  if (!plain?.length) return rows;
  const before = new Set(plain.map((p) => p.word));
  return [...plain.slice(0, mostNext), ...rows.filter((row) => !before.has(row.word)).slice(0, 2)];
}

// drawNextWords shows what may come after the word that is shown.
function drawNextWords(map, query) {
  const rows = nextRows(map, query);
  byId("next-heading").firstChild.data = now.corpus?.unit === "characters" ? "Next character " : "Next word ";
  byId("next-after").replaceChildren("after ", element("b", {}, wordElement(map.words[query], false)));
  drawNext(byId("next"), rows, Math.max(5, rows.length));
}

// drawBaselines explains the labelled lines of the curve.
function drawBaselines(baselines) {
  byId("baselines").replaceChildren(
    ...(baselines ?? []).flatMap((b) => [element("dt", {}, `${b.name}: ${b.loss.toFixed(3)}`), element("dd", {}, b.meaning)]),
  );
}

// drawCommand shows the experiment as a command, or says why there is none.
function drawCommand() {
  byId("command").textContent = now.command;
  byId("command").parentElement.hidden = Boolean(now.withheld);
  byId("command-withheld").hidden = !now.withheld;
  byId("command-withheld").textContent = now.withheld;
  byId("command-file").hidden = !now.commandFile || Boolean(now.withheld);
  byId("command-file").replaceChildren(element("bdi", {}, now.commandFile), " is the text of this training: the zip file of the run folder has it.");
  drawOpening();
}

// drawOpening shows the command that opens a saved run with the weights that the page shows: until the end those of the last step.
const drawOpening = () => setText(byId("open-command"), `attend inspect --run FOLDER${atEnd() ? "" : " --at last"}`);

// makeGrid returns how to draw all words as a grid, in a fold that is drawn only while it is open. `on` is as that of a table, see makeTable.
function makeGrid(fold, place, on) {
  let grid = null,
    made = "",
    chosen = { query: -1, key: 0 };
  const choose = (query, key) => {
    chosen = { query, key };
    grid.choose(query, key);
  };
  return (map, weights, shading, query) => {
    if (!fold.open) return;
    const tokens = JSON.stringify(map.tokens);
    if (made !== tokens) {
      const make = map.tokens.length > few ? makeCanvas : makeTable;
      const say = (q, k) => `${map.words[q]} attends to ${map.words[k]}`;
      grid = make(
        place,
        map.tokens,
        map.unknown,
        {
          ...on,
          choose(q, k) {
            choose(q, k);
            on.choose(q);
          },
        },
        say,
      );
      made = tokens;
      chosen.query = -1;
    }
    grid.draw(weights, shading, { least: 0, signed: false });
    if (chosen.query !== query) choose(query, strongest(weights, query));
    grid.mark(query, chosen.key);
  };
}
