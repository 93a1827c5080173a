// What is shown, and what changes it: the only part that knows both the data and the components.

// manyCells is the number of tokens from which on the grid is drawn on demand only.
const manyCells = 64;

const view = {
  sentence: 0,
  frame: 0, // a film starts at its first step
  shown: data.shown, // in the grid: "attention", "norm", "baseline" or "difference"
  layer: MEAN,
  head: MEAN,
  chosen: false, // the reader chose layer and head
  least: 0, // weights below it are hidden
  scaling: "linear",
  words: "lines", // or "text"
  grid: true,
  query: 0, // the cell that is kept
  key: 0,
  follow: true, // the key is the strongest of the query in whatever head; false once a cell was chosen
};
let pointed = null; // {query, key or null} under the pointer
let weights = null; // of the chosen layer and head, [cell]
let shading = null; // of these weights
let norms = null; // of the chosen layer and head, [cell]; null where the page has none
let numbers = null; // that the grid shows, [cell]
let words = []; // of the sentence, repeated ones with their numbers
let grid = null, lines = null, text = null, overview = null, formed = null; // null: not shown
let described = ""; // the cell of the arithmetic that stands on the page

const palettes = { light: makePalette(data.light), dark: makePalette(data.dark) };
const theme = makeTheme(byId("theme"), () => {
  if (weights) drawWeights();
});
const film = data.film ? makeFilm(data.frames, data.model, data.chart, (frame) => {
  view.frame = frame;
  drawWeights();
}) : null;
const on = {
  point(query, key) {
    pointed = { query, key };
    drawPointed();
  },
  leave() {
    pointed = null;
    drawPointed();
  },
  choose(query, key) {
    keep(query, key, false);
  },
  pin(query) {
    if (query !== view.query || !view.follow) keep(query, strongest(weights, query), true);
  },
};
byId("controls").onsubmit = (event) => event.preventDefault();
makeChoices();
openSentence(0);

// makeChoices fills the lists and wires the controls.
function makeChoices() {
  const options = (select, list) => byId(select).replaceChildren(...list.map(([value, name]) => element("option", { value }, name)));
  options("sentence", data.sentences.map((s, i) => [i, clip(s.text, 80)]));
  byId("choose-sentence").hidden = data.sentences.length === 1;
  byId("sentence").onchange = (event) => openSentence(Number(event.target.value));
  byId("layer").onchange = (event) => choose(Number(event.target.value), view.head);
  byId("head").onchange = (event) => choose(view.layer, Number(event.target.value));
  const kinds = [["attention", "attention weights"]];
  if (data.sentences.every((s) => s.products)) kinds.push(["norm", "norms of what attention adds"]);
  if (data.baseline) kinds.push(["baseline", `baseline: ${data.baseline}`], ["difference", "difference from the baseline"]);
  byId("choose-shown").hidden = kinds.length === 1;
  options("shown", kinds);
  byId("shown").value = view.shown;
  byId("shown").onchange = (event) => {
    view.shown = event.target.value;
    drawWeights();
  };
  options("scaling", Object.entries(scalings).map(([value, { name }]) => [value, name]));
  byId("scaling").onchange = (event) => {
    view.scaling = event.target.value;
    drawWeights();
  };
  byId("words").onchange = (event) => {
    view.words = event.target.value;
    arrange();
  };
  byId("show-grid").onchange = (event) => {
    view.grid = event.target.checked;
    arrange();
  };
  byId("least").oninput = (event) => {
    view.least = Number(event.target.value);
    byId("least-shown").textContent = view.least ? short(view.least) : "0";
    drawWeights();
  };
}

// openSentence builds everything that depends on the words of a sentence.
function openSentence(sentence) {
  const s = data.sentences[sentence];
  const n = s.tokens.length;
  view.sentence = sentence;
  words = numbered(s.tokens);
  byId("sentence").value = sentence;
  byId("arithmetic-heading").textContent = s.vectors ? "The arithmetic of one cell" : "One cell and its row";
  byId("map-heading").textContent = clip(s.text.replaceAll("↵", " "), 100);
  byId("map-heading").title = s.text;
  byId("unknown").hidden = s.unknown.length === 0;
  byId("unknown").textContent = "? is not in the vocabulary of this run: the model reads <unk>.";
  view.words = n > few ? "text" : "lines";
  view.grid = n <= manyCells;
  view.scaling = n > few ? "row" : "linear";
  view.query = n - 1; // the next word is predicted from its row
  view.follow = true;
  pointed = null;
  described = "";
  makePictures(s, sentence);
  if (film) {
    const links = data.formed.filter((f) => f.sentence === sentence).map((f) => ({ ...f, name: nameOf(sentence, f.layer, f.head) }));
    formed = makeFormed(words, links, data.frames[0].step, showLink);
    film.births(birthsOf(links, data.frames[0].step));
  }
  fillChoice("layer", s.layers);
  fillChoice("head", s.heads);
  if (!view.chosen || view.layer >= s.layers || view.head >= s.heads) [view.layer, view.head] = s.start;
  if (s.layers === 1) view.layer = 0;
  if (s.heads === 1) view.head = 0;
  arrange();
}

// makePictures builds the small pictures of all layers and heads.
function makePictures(s, sentence) {
  const list = (count) => (count > 1 ? [MEAN, ...Array(count).keys()] : [0]);
  const name = (layer, head) => {
    if (layer === MEAN) return head === MEAN ? "mean" : `head ${head + 1}`;
    if (head === MEAN) return s.layers > 1 ? `layer ${layer + 1}` : "mean";
    return s.layers > 1 ? `${layer + 1}.${head + 1}` : `head ${head + 1}`;
  };
  const choices = list(s.layers).flatMap((layer) => list(s.heads).map((head) => (
    { layer, head, name: name(layer, head), title: nameOf(sentence, layer, head) })));
  overview = makeOverview(byId("overview"), choices, s.layers > 1 ? list(s.heads).length : 0, s.tokens.length, choose);
  byId("overview-panel").hidden = choices.length === 1;
  byId("overview-names").hidden = s.layers === 1;
  byId("overview-panel").parentElement.classList.toggle("wide", s.layers > 1 && s.heads > 5);
}

// arrange builds the views of the words that are wanted: lines or running text, and the grid.
function arrange() {
  const s = data.sentences[view.sentence];
  const n = s.tokens.length;
  const unknown = new Set(s.unknown);
  byId("words").value = view.words;
  byId("show-grid").checked = view.grid;
  byId("lines-panel").hidden = view.words !== "lines";
  byId("text-panel").hidden = view.words !== "text";
  byId("grid-panel").hidden = !view.grid;
  const say = (query, key) => (view.shown === "norm"
    ? `norm of what ${words[query]} gets from ${words[key]}, share of its row: ${exact(numbers[cell(query, key)])}`
    : `${words[query]} attends to ${words[key]}: ${exact(weights[cell(query, key)])}`);
  lines = view.words === "lines" ? makeLines(byId("lines"), s.tokens, unknown, on) : null;
  text = view.words === "text" ? makeText(byId("running"), s.tokens, unknown, s.joined, on) : null;
  const make = n > few ? makeCanvas : makeTable;
  grid = view.grid ? make(byId("grid-place"), s.tokens, unknown, on, say) : null;
  byId("map").classList.toggle("long", n > few); // the grid of a long text stands last, with the whole width
  drawWeights();
}

// choose shows a layer and a head, or their mean.
function choose(layer, head) {
  view.layer = layer;
  view.head = head;
  view.chosen = true;
  drawWeights();
}

// keep makes a cell the one that stays when nothing is pointed at.
function keep(query, key, follow) {
  view.query = query;
  view.key = key;
  view.follow = follow;
  drawKept();
}

// showLink goes to a link of a film, at the step at which it formed.
function showLink(link) {
  film.stop();
  view.frame = data.frames.findIndex((f) => f.step === link.step);
  view.query = link.query;
  view.key = link.key;
  view.follow = false;
  choose(link.layer, link.head);
  byId("film").scrollIntoView();
}

// drawWeights draws what depends on the numbers.
function drawWeights() {
  const { sentence, frame, layer, head } = view;
  weights = weightsOf(sentence, frame, layer, head);
  norms = data.sentences[sentence].products ? normsOf(sentence, layer, head) : null;
  if (view.follow) view.key = strongest(weights, view.query);
  const of = (weights, sink, signed) => makeShading(palettes[theme.name()], weights, { scaling: view.scaling, sink, signed });
  const sinks = data.frames[frame].sentences[sentence].sinks;
  const sink = sinks[1 + layer][1 + head];
  shading = of(weights, sink, false);
  const signed = view.shown === "difference";
  if (grid) {
    numbers = shownNumbers();
    grid.draw(numbers, view.shown === "attention" ? shading : of(numbers, false, signed), { least: view.least, signed });
  }
  if (lines) lines.draw(weights, shading, view.least);
  overview.draw((l, h) => {
    const w = weightsOf(sentence, frame, l, h);
    return { weights: w, shading: of(w, sinks[1 + l][1 + h], false) };
  }, theme.onPaper());
  overview.mark(layer, head);
  if (film) {
    film.mark(frame);
    formed.mark(data.frames[frame].step);
  }
  byId("layer").value = layer;
  byId("head").value = head;
  byId("scaling").value = view.scaling;
  const less = { attention: "", norm: ": norms of what attention adds, as shares of the row", baseline: `: the ${data.baseline} baseline`, difference: `, less the ${data.baseline} baseline` };
  byId("grid-heading").textContent = `All ${data.noun}s, ${nameOf(sentence, layer, head)}${less[view.shown]}`;
  drawReason();
  drawScale(signed, sink);
  drawKept();
}

// shownNumbers is what the grid shows of the layer and head, [cell].
function shownNumbers() {
  if (view.shown === "attention") return weights;
  if (view.shown === "norm") return sharesOf(norms, words.length);
  const baseline = weightsOf(view.sentence, 1, view.layer, view.head);
  return view.shown === "baseline" ? baseline : Array.from(weights, (w, i) => w - baseline[i]);
}

// drawReason says which head or mean is shown, and why.
function drawReason() {
  const { sentence, layer, head } = view;
  const s = data.sentences[sentence];
  const shown = nameOf(sentence, layer, head);
  if (s.layers * s.heads === 1) return byId("reason").replaceChildren("Shown: ", element("b", {}, s.name || "the only head"), ".");
  const next = data.frames[data.model].sentences[sentence].next[0];
  const kept = data.model < data.frames.length - 1 ? ", whose weights the run keeps" : ", the last";
  const parts = ["Shown: ", element("b", {}, shown)];
  const matters = s.important && s.important[0] === layer && s.important[1] === head;
  const word = next ? wordElement(next.word, false) : "";
  if (matters) parts.push(", the head that matters most for the prediction “", word, "”");
  parts.push(data.film ? `, at step ${data.frames[data.model].step}${kept}. ` : ". ");
  if (s.effects && layer !== MEAN && head !== MEAN) {
    const effect = s.effects[layer][head];
    parts.push("With its output set to 0 (zero ablation), the log-probability of “", matters ? next.word : word,
      `” ${effect < 0 ? "rises" : "falls"} by ${Math.abs(effect).toFixed(2)} nats. `);
  } else if (s.effects && !s.important) {
    parts.push("No single head matters much for “", word,
      "”: with the output of any one set to 0 (zero ablation), its log-probability falls by less than 0.1 nats. ");
  } else if (s.important) {
    parts.push("A mean can hide what single heads do. ");
  }
  if (s.important && !matters) {
    const go = element("button", { type: "button" }, `Show the head that matters most: ${nameOf(sentence, ...s.important)}`);
    go.onclick = () => choose(...s.important);
    parts.push(go);
  }
  const mean = [s.layers > 1 ? MEAN : 0, s.heads > 1 ? MEAN : 0];
  if (layer !== mean[0] || head !== mean[1]) {
    const go = element("button", { type: "button" }, "Show the mean of all heads");
    go.onclick = () => choose(...mean);
    parts.push(go);
  }
  byId("reason").replaceChildren(...parts);
}

// drawScale draws the legend of what the grid shows.
function drawScale(signed, sink) {
  const colors = data[theme.name()], scaling = scalings[view.scaling];
  const scale = byId("scale");
  scale.style.setProperty("--scale", `linear-gradient(to right, ${(signed ? colors.differences : colors.weights).join(", ")})`);
  scale.setAttribute("aria-label", signed
    ? "colours of the differences: blue below 0, orange above"
    : "colours of the weights: the larger, the stronger");
  const ticks = !signed ? scaling.ticks
    : view.scaling === "row" ? ["−largest", "0", "+largest of its row"] : [`−1`, `−${scaling.ticks[2]}`, "0", `+${scaling.ticks[2]}`, "+1"];
  byId("ticks").replaceChildren(...ticks.map((t) => element("span", {}, t)));
  byId("scaling-note").textContent = `${scaling.note} ${sink && !(signed && grid) && view.shown !== "norm" ? `${data.sinkNote}.` : ""}`;
}

// drawKept marks the cell that is kept.
function drawKept() {
  if (grid) grid.choose(view.query, view.key);
  if (lines) lines.pin(view.query);
  if (text) text.pin(view.query);
  drawPointed();
}

// drawPointed draws the row that is pointed at, or else the one that is kept: its attention, its next words and its arithmetic.
function drawPointed() {
  const { query, key } = pointed || { query: view.query, key: view.key };
  const k = key !== null ? key : query === view.query ? view.key : strongest(weights, query);
  if (grid) grid.mark(query, pointed ? key : null);
  if (lines) lines.show(query);
  if (text) text.draw(shading, query);
  drawNextWords(query);
  const drawn = [view.sentence, view.frame, view.layer, view.head, query, k].join();
  if (drawn === described) return; // what is focused in it stays
  described = drawn;
  const shown = cellShown(query, k);
  drawArithmetic(byId("sum"), shown);
  drawReadout(shown);
}

// cellShown is a cell as the arithmetic wants it.
function cellShown(query, key) {
  const { sentence, frame, layer, head } = view;
  const shown = { words, query, key, title: nameOf(sentence, layer, head), weights: rowOf(weights, query) };
  const heads = headsOf(sentence, layer, head);
  const { vectors } = data.sentences[sentence];
  if (heads.length > 1) {
    shown.heads = heads.map((h) => ({
      name: nameOf(sentence, h.layer, h.head),
      weight: weightsOf(sentence, frame, h.layer, h.head)[cell(query, key)],
      go: () => choose(h.layer, h.head),
    }));
  } else if (vectors) {
    const [only] = heads;
    const vector = (kind, position) => vectorOf(sentence, kind, only.layer, only.head, position);
    shown.vectors = {
      query: vector("query", query), key: vector("key", key), value: vector("value", key),
      scores: rowOf(cellsOf(read(vectors, "scores"), sentence, only.layer, only.head), query),
    };
  }
  return shown;
}

// drawReadout says the weight of a cell in one sentence, and its arithmetic in one line.
function drawReadout({ query, key, weights, vectors, heads }) {
  const s = data.sentences[view.sentence];
  const most = weights.every((w) => w <= weights[key]);
  const parts = [bold(words[query]), " attends to ", bold(words[key]),
    ` with weight ${exact(weights[key])}${s.name ? ` (${s.name})` : ""}${most ? ", its largest. " : ". "}`];
  if (vectors) {
    const a = stepsOf(vectors, weights);
    parts.push(`score = ${exact(a.dots[key])} / ${exact(a.root)} = ${exact(a.scores[key])}; `,
      `weight = ${exact(a.powers[key])} / ${exact(a.total)}. `);
  } else if (heads) {
    parts.push(`It is the mean of ${heads.length} heads. `);
  }
  if (norms) parts.push(`What it adds, weight times value times output projection, has the norm ${exact(norms[cell(query, key)])}. `);
  byId("readout").replaceChildren(...parts, element("a", { href: "#arithmetic" }, vectors ? "The arithmetic step by step" : "The whole row"));
}

// drawNextWords shows what may come after a word, where the page knows it; otherwise after the last word.
function drawNextWords(query) {
  const { next, nextAt } = data.frames[view.frame].sentences[view.sentence];
  const last = words.length - 1;
  const known = query < last && nextAt.length > 0;
  byId("next-panel").hidden = next.length === 0;
  byId("next-after").replaceChildren("after ", bold(words[known ? query : last]), nextAt.length > 0 ? "" : ", the last word");
  drawNext(byId("next"), known ? nextAt[query] : next, next.length);
}
