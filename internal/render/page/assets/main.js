// What is shown, and what changes it.

const view = {
  sentence: 0,
  frame: data.film ? data.frames.length - 1 : 0,
  shown: "attention", // in the grid: or "baseline", or "difference"
  layer: MEAN,
  head: MEAN,
  least: 0, // weights below it are hidden
  query: 0, // the cell that is kept, whose arithmetic is shown
  key: 0,
  follow: true, // the key is the strongest of the query in whatever head; false once a cell was chosen
};
let pointed = null; // {query, key or null} under the pointer or the focus
let weights = null; // of the chosen layer and head, [cell]
let grid, lines, overview, formed;

makeTheme(byId("theme"));
const film = data.film ? makeFilm((frame) => {
  view.frame = frame;
  drawWeights();
}) : null;
drawScale();
byId("controls").onsubmit = (event) => event.preventDefault();
makeChoices();
openSentence(0);

// makeChoices fills the list of sentences and wires the controls.
function makeChoices() {
  const choices = { sentence: byId("sentence"), layer: byId("layer"), head: byId("head") };
  choices.sentence.replaceChildren(...data.sentences.map((s, i) => element("option", { value: i }, clip(s.text, 80))));
  byId("choose-sentence").hidden = data.sentences.length === 1;
  choices.sentence.onchange = () => openSentence(Number(choices.sentence.value));
  choices.layer.onchange = () => choose(Number(choices.layer.value), view.head);
  choices.head.onchange = () => choose(view.layer, Number(choices.head.value));
  byId("choose-shown").hidden = !data.baseline;
  byId("shown").replaceChildren(
    element("option", { value: "attention" }, "attention"),
    element("option", { value: "baseline" }, `baseline: ${data.baseline}`),
    element("option", { value: "difference" }, "difference of the two"));
  byId("shown").onchange = (event) => {
    view.shown = event.target.value;
    drawScale();
    choose(view.layer, view.head);
  };
  byId("least").oninput = (event) => {
    view.least = Number(event.target.value);
    byId("least-shown").textContent = view.least ? short(view.least) : "0";
    drawWeights();
  };
}

// drawScale draws the legend of what the grid shows.
function drawScale() {
  const signed = view.shown === "difference";
  const scale = byId("scale");
  scale.style.setProperty("--scale", `linear-gradient(to right, ${(signed ? data.signed : data.scale).join(", ")})`);
  scale.setAttribute("aria-label", signed
    ? "colours of the differences, from −1, blue, over 0, white, to +1, orange"
    : "colours of the weights, from 0, dark violet, over green to 1, yellow");
  const ticks = signed ? ["−1", "−.5", "0", "+.5", "+1"] : ["0", ".25", ".5", ".75", "1"];
  byId("ticks").replaceChildren(...ticks.map((t) => element("span", {}, t)));
}

// shownWeights is what the grid shows of a layer and head, [cell].
function shownWeights() {
  if (view.shown === "attention") return weights;
  const baseline = weightsOf(view.sentence, 1, view.layer, view.head);
  return view.shown === "baseline" ? baseline : Array.from(weights, (w, i) => w - baseline[i]);
}

// clip cuts a text for a place where no style can.
function clip(text, most) {
  const characters = Array.from(text);
  return characters.length > most ? characters.slice(0, most).join("") + "…" : text;
}

// openSentence builds everything that depends on the words of a sentence.
function openSentence(sentence) {
  const s = data.sentences[sentence];
  view.sentence = sentence;
  byId("sentence").value = sentence;
  byId("arithmetic-heading").textContent = s.vectors ? "The arithmetic of one cell" : "One cell and its row";
  byId("map-heading").textContent = clip(s.text, 300);
  byId("map-heading").title = s.text;
  const unknown = new Set(s.unknown);
  byId("unknown").hidden = unknown.size === 0;
  byId("unknown").textContent = "Underlined with dots: not in the vocabulary of this run, so the model sees no such word.";
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
      keep(query, strongest(weights, query), true);
    },
  };
  grid = makeGrid(byId("grid"), s.tokens, unknown, on);
  lines = makeLines(byId("lines"), s.tokens, unknown, on);
  overview = makeOverview(byId("overview"), sentence, choose);
  formed = data.film ? makeFormed(sentence, showLink) : null;
  fillChoice("layer", s.layers);
  fillChoice("head", s.heads);
  view.query = s.tokens.length - 1; // its row decides the next word
  view.follow = true;
  pointed = null;
  arrange(s.tokens.length > 20);
  choose(s.layers === 1 ? 0 : view.layer < s.layers ? view.layer : MEAN, s.heads === 1 ? 0 : view.head < s.heads ? view.head : MEAN);
}

// arrange puts the grid of many words last, where it has the whole width.
function arrange(many) {
  const panel = byId("grid-panel");
  if (many) panel.parentElement.append(panel);
  else byId("lines-panel").after(panel);
}

// fillChoice offers the mean and each layer or head; one alone is no choice.
function fillChoice(id, count) {
  const options = count > 1 ? [element("option", { value: MEAN }, `mean of ${count}`)] : [];
  for (let i = 0; i < count; i++) options.push(element("option", { value: i }, String(i + 1)));
  byId(id).replaceChildren(...options);
  byId(`choose-${id}`).hidden = count === 1;
}

// choose shows a layer and a head, or their mean.
function choose(layer, head) {
  view.layer = layer;
  view.head = head;
  byId("layer").value = layer;
  byId("head").value = head;
  const of = { attention: "", baseline: `: the ${data.baseline} baseline`, difference: `, less the ${data.baseline} baseline` };
  byId("grid-heading").textContent = `All words, ${nameOf(view.sentence, layer, head)}${of[view.shown]}`;
  overview.mark(layer, head);
  drawWeights();
}

// keep makes a cell the one whose arithmetic is shown.
function keep(query, key, follow) {
  view.query = query;
  view.key = key;
  view.follow = follow;
  drawKept();
  drawPointed();
}

// showLink goes to a link of a film, at the end of training.
function showLink(link) {
  view.frame = data.frames.length - 1;
  view.query = link.query;
  view.key = link.key;
  view.follow = false;
  choose(link.layer, link.head);
  byId("map-heading").scrollIntoView();
}

// drawWeights draws what depends on the numbers.
function drawWeights() {
  weights = weightsOf(view.sentence, view.frame, view.layer, view.head);
  if (view.follow) view.key = strongest(weights, view.query);
  grid.weights(shownWeights(), view.least, view.shown === "difference");
  overview.draw(view.frame);
  drawNext(data.frames[view.frame].sentences[view.sentence].next);
  if (film) {
    film.mark(view.frame);
    formed.mark(data.frames[view.frame].step);
  }
  drawKept();
  drawPointed();
}

// drawKept draws the cell that is kept and its arithmetic.
function drawKept() {
  grid.choose(view.query, view.key);
  lines.pin(view.query);
  drawArithmetic(byId("sum"), view, choose);
}

// drawPointed draws the row that is pointed at, or else the one that is kept.
function drawPointed() {
  const { query, key } = pointed || { query: view.query, key: null };
  grid.mark(query, key);
  lines.draw(weights, view.least, query);
  const s = data.sentences[view.sentence];
  const words = numbered(s.tokens);
  const k = key !== null ? key : query === view.query ? view.key : strongest(weights, query);
  byId("readout").replaceChildren(bold(words[query]), " looks at ", bold(words[k]), ` with ${exact(weights[cell(query, k)])} of ${s.name ? `the ${s.name}` : "its attention"}`,
    key === null && query !== view.query ? ", the most of all." : ".",
    pointed ? "" : " ", ...(pointed ? [] : [element("a", { href: "#arithmetic" }, s.vectors ? "Its arithmetic" : "Its row")]));
}
