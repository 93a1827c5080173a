// Reading a map: the sentence that is shown, its cuts, its past, and what analyses say of it.

// refresh asks for the map of a sentence with the cuts; where it is refused, the last cut or the sentence is taken back.
const refresh = (text) => new Promise((done) => askForMap({ text, done }));
const askForMap = makeLatest(async ({ text, done }) => {
  try {
    const reply = await engine.ask("show", { sentence: text, interventions: cuts.list(), vectors: false });
    showing = text;
    now.map = readMap(reply.map);
    now.shownStep = reply.shownStep;
    takeEffect(reply);
    byId("unknown").hidden = now.map.unknown.size === 0;
    byId("omitted").hidden = now.map.omitted === 0;
    byId("omitted").textContent =
      `The sentence is longer than the context, so the model reads its end alone: the first ${now.map.omitted} of its tokens are left out.`;
    draw();
    done(true);
  } catch (error) {
    tell(error.message);
    done(false);
  }
});

// takeEffect keeps what the cuts do, of a reply to show or step: next words without them and with them, and their effect in words.
function takeEffect({ effect, plainNext, plainNextAt, afterNext, afterNextAt }) {
  const changed = (plain, after) => readNext(plain).map((p, i) => ({ word: p.word, before: p.probability, probability: after[i] }));
  now.effect = effect ?? null;
  now.plain = effect ? changed(plainNext, afterNext) : null;
  now.plainAt = effect && afterNextAt ? plainNextAt.map((plain, i) => changed(plain, afterNextAt[i])) : null;
  setText(byId("effect"), effect ? isolated(effect.words) : "");
}

async function cutsChanged() {
  const before = cuts.list().length;
  cuts.draw();
  draw();
  tell("");
  const fine = await refresh(showing);
  if (!fine && cuts.list().length) {
    cuts.set(cuts.list().slice(0, -1)); // such as the only word that a word can attend to
    cuts.draw();
    const said = byId("notice-text").textContent;
    await refresh(showing);
    tell(said);
  } else if (cuts.list().length === before && now.effect) {
    say(now.effect.words);
  }
  writeLater();
}

function toggleCut(query, key) {
  if (!leavePast()) return;
  const covering = cuts
    .list()
    .find(
      (c) =>
        c.query === query &&
        c.key === key &&
        (c.layer === MEAN || c.layer === view.layer) &&
        (c.head === MEAN || c.head === view.head),
    );
  cuts.toggle(covering ?? { layer: view.layer, head: view.head, query, key });
}

// leavePast goes back to the present; it returns true.
function leavePast() {
  now.past = null;
  draw();
  return true;
}

async function showSentence(text) {
  if (text.trim() === "") return tell("The sentence is empty: type at least one word.");
  const kept = view.query;
  view.query = -1; // before the reply, so that a word that is clicked meanwhile stays chosen
  if (now.step === 0 && !playing()) {
    // The film is of the sentence that a training starts with.
    cuts.clear((one) => one.query !== undefined);
    if (!(await start({ ...experiment, sentence: text }))) view.query = kept;
    return draw();
  }
  const before = cuts.list();
  now.past = null;
  if (text !== showing) cuts.clear((one) => one.query !== undefined);
  if (await refresh(text)) {
    curve.forgetBirths();
    byId("prompt").value = inField(text);
    byId("why-answer").hidden = true;
    tell("");
  } else {
    view.query = kept;
    cuts.set(before);
  }
  cuts.draw();
  draw();
  writeLater();
}

function chooseHead(layer, head) {
  view.layer = layer;
  view.head = head;
  byId("shown-head").value = `${layer} ${head}`;
  draw();
  writeLater();
}

function fillHeads() {
  const { layers, heads: count } = now.map;
  const list = layers * count > 1 ? [[MEAN, MEAN]] : [];
  for (let l = 0; l < layers; l++) for (let h = 0; h < count; h++) list.push([l, h]);
  byId("shown-head").replaceChildren(...list.map(([l, h]) => element("option", { value: `${l} ${h}` }, headName(now.map, l, h))));
  if (view.layer >= layers || view.head >= count || layers * count === 1) [view.layer, view.head] = list[0];
  byId("shown-head").value = `${view.layer} ${view.head}`;
}

// goTo shows the map of a step.
function goTo(step) {
  view.going = step;
  askForFrame(step);
}
const askForFrame = makeLatest(async (step) => {
  if (playing()) await training.pause();
  try {
    const present = step === now.shownStep || !now.frames.length;
    const frame = present ? null : await engine.ask("frame", { step });
    now.past = frame && frame.step !== now.shownStep ? { step: frame.step, map: readMap(frame.map) } : null;
  } catch (error) {
    tell(error.message);
  }
  if (view.going === step) view.going = null;
  draw();
});

async function nameHeads() {
  setText(byId("heads-note"), "The heads are compared over the text…");
  const list = await engine.ask("heads");
  heads.names(list);
  byId("heads-note").replaceChildren(
    element("p", {}, `Named with the weights of step ${now.shownStep}, by what they attend to over the text.`),
    ...[termsOf(list.map((h) => h.sentence).join(" "))].filter(Boolean),
  );
}

async function explain() {
  const answer = byId("why-answer");
  answer.hidden = false;
  answer.textContent = "Each is removed and replaced in turn…";
  if (playing()) await training.pause();
  try {
    const why = await engine.ask("why", { sentence: showing });
    answer.replaceChildren(
      element("h3", {}, `${byId("why").textContent.replace("?", "")}, with the weights of step ${now.shownStep}${cuts.list().length ? " and without cuts" : ""}`),
      ...why.paragraphs.map((p) => element("p", {}, isolated(p))),
      ...[termsOf(why.paragraphs.join(" "))].filter(Boolean),
    );
  } catch (error) {
    answer.textContent = error.message;
  }
}

async function write() {
  try {
    const seed = Math.floor(1e6 * Math.random());
    const { texts } = await engine.ask("complete", {
      prompt: fromField(byId("prompt").value, showing),
      temperature: Number(byId("temperature").value),
      seed,
      count: 3,
    });
    byId("written").replaceChildren(...texts.map((text) => element("li", { dir: "auto", translate: "no" }, text)));
  } catch (error) {
    byId("written").replaceChildren(element("li", {}, error.message));
  }
}
