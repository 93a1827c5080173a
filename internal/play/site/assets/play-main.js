// What a reader does, and what it changes: the only part that knows the session and the components.

let engine = null, training = null, table = null; // table: the answer of describe
// experiment is what the training was started with, as configure takes it.
let experiment = { preset: null, text: null, fileName: "", unit: "word", settings: {}, sentence: "" };
let pending = {}; // settings that were changed and start a new training
let showing = ""; // the sentence that is shown

const playing = () => training !== null && training.playing();
const say = makeSaying(byId("said"));
const draw = makeDrawing(drawFast, drawSlow, playing);
const theme = makeTheme(byId("theme"), draw);
const cuts = makeCuts(byId("cuts"), { changed: cutsChanged, text: cutText });
const sentence = makeSentence(byId("figure"), {
  point(query) {
    if (view.pointed === query) return;
    view.pointed = query;
    draw();
  },
  pin(query) {
    view.query = query === shownMap().tokens.length - 1 ? -1 : query;
    sentence.pin(query);
    draw();
    writeLater();
  },
  cut: toggleCut,
});
const heads = makeHeads(byId("heads"), {
  choose: chooseHead,
  toggle: (layer, head) => leavePast() && cuts.toggle({ layer, head }),
  off: (layer, head) => cuts.headOff(layer, head),
});
const curve = makeLive(byId("loss"), (step) => goTo(step));
const grid = makeGrid(byId("grid-fold"), byId("grid-place"), {
  point(query) {
    view.pointed = query;
    draw();
  },
  leave() {
    view.pointed = null;
    draw();
  },
  choose(query) {
    view.query = query;
    draw();
  },
});
const ownText = makeOwnText({ use: useOwnText, refused: tell });
let controls = null;

// tell shows a message that stays until it is closed, or until what it was about went well; "" hides it.
function tell(message) {
  byId("notice").hidden = !message;
  byId("notice-text").textContent = message;
}

// cutText says what an intervention cuts.
function cutText({ layer, head, query, key }) {
  const where = headName(now.map, layer, head).replace("mean of all heads", "all heads");
  return query === undefined ? `${where} switched off` : `${now.map.words[query]} to ${now.map.words[key]}, ${where}`;
}

// Drawing.

function drawFast() {
  const map = shownMap(), query = shownQuery();
  const [layer, head] = [within(view.layer, map.layers - 1), within(view.head, map.heads - 1)];
  view.layer = view.layer === MEAN ? MEAN : layer;
  view.head = view.head === MEAN ? MEAN : head;
  const weights = map.weights(view.layer, view.head);
  const shading = shadingOf(weights);
  sentence.draw({
    map, weights, shading, query, headText: headName(map, view.layer, view.head),
    isCut: (q, k) => !now.past && cuts.edgeCut(view.layer, view.head, q, k),
  });
  sentence.pin(view.query < 0 ? map.tokens.length - 1 : within(view.query, map.tokens.length - 1));
  byId("sentence-word").replaceChildren(wordElement(map.words[query], false));
  drawNextWords(map, query);
  drawWhere(playing());
  setText(byId("lead"), leadOf(playing(), cuts.list().length > 0));
  byId("past").hidden = !now.past;
  if (now.past) setText(byId("past-text"), `Shown: the map of step ${now.past.step}, without cuts.`);
  grid(map, weights, shading, query, strongest(weights, query));
}

function drawSlow() {
  const map = shownMap();
  heads.draw(map, view.layer, view.head, shadingOf);
  curve.draw(now.steps, now.past ? now.past.step : now.step);
  const slider = byId("step");
  slider.max = String(now.step);
  slider.value = String(now.past ? now.past.step : now.step);
  slider.setAttribute("aria-valuetext", now.past ? `step ${now.past.step} of ${now.step}` : `now, step ${now.step}`);
  setText(byId("step-shown"), now.past ? `step ${now.past.step}` : "now");
}

function shadingOf(weights) {
  return makeShading(palettes[theme.name()], weights, { scaling: "linear", sink: false, signed: false });
}

// Sessions.

// adopt shows the State that a configure, a rewind or an open returned.
async function adopt(state) {
  now.ready = true;
  Object.assign(now, {
    step: state.step, steps: state.steps, shownStep: state.shownStep, canTrain: state.canTrain, loss: null, heldOut: null, speed: 0, stopped: "", reason: "", corpus: state.corpus,
    parameters: state.parameters, sentence: state.sentence, command: state.command, withheld: state.commandWithheld, past: null,
    map: readMap(state.map), plain: null, plainAt: null, effect: null,
  });
  const last = state.points.at(-1);
  if (last) Object.assign(now, { loss: last.loss, heldOut: last.heldOut });
  pending = {};
  showing = state.sentence;
  byId("sentence").value = showing;
  byId("prompt").value = showing;
  byId("stop-steps").value = state.steps;
  for (const id of ["play", "one", "many", "rewind"]) byId(id).disabled = !state.canTrain;
  curve.reset(state);
  curve.keep(state.step >= state.steps ? state.selectedStep : null);
  drawBaselines(state.baselines);
  controls.show(state.settings, new Set(Object.keys(state.changed)));
  drawPending();
  drawCommand();
  drawVerdict(byId("verdict"), null);
  heads.names(null);
  byId("heads-note").textContent = "";
  byId("why-answer").hidden = true;
  byId("written").replaceChildren();
  const notes = !state.corpus ? [] : [`${state.corpus.vocab.toLocaleString("en")} different ${state.corpus.unit}; ${state.corpus.heldOutSentences.toLocaleString("en")} sentences are held out.`,
    ...(state.corpus.notes ?? [])];
  const preset = table.presets.find((p) => p.name === experiment.preset);
  byId("preset-meaning").textContent = [preset?.meaning ?? "", ...notes].filter(Boolean).join(" ");
  if (cuts.clear((one) => one.query !== undefined && one.query >= now.map.tokens.length)) tell("");
  cuts.clear((one) => one.layer >= now.map.layers || one.head >= now.map.heads);
  cuts.draw();
  fillHeads();
  draw();
  await refresh(showing);
  writeLater();
}

// start begins a new training. Where the session refuses, the former one stays and the reason is told.
async function start(wanted, play = false) {
  await training.pause();
  const { preset, text, fileName, unit, settings, sentence: sample } = wanted;
  const fields = text === null ? { preset } : { text, fileName, settings: { unit, ...settings } };
  try {
    const state = await engine.ask("configure", { settings, sentence: sample, ...fields });
    experiment = wanted;
    tell("");
    await adopt(state);
  } catch (error) {
    pending = {};
    drawPending();
    showPreset();
    tell(error.message);
    return false;
  }
  showPreset();
  if (play) training.play();
  return true;
}

function showPreset() {
  const select = byId("preset");
  let option = select.querySelector("option[value='']");
  if (experiment.preset === null && !option) {
    option = element("option", { value: "" }, "");
    select.append(option);
  }
  if (option) option.textContent = experiment.text === null ? given.run?.name ?? "the run" : `your own text: ${clip(experiment.fileName, 30)}`;
  select.value = experiment.preset ?? "";
}

// progressed takes what a step told. It draws nothing itself, so that the next step is asked for first.
function progressed(reply) {
  Object.assign(now, {
    step: reply.step, steps: reply.steps, shownStep: reply.shownStep, loss: reply.loss, heldOut: reply.heldOut,
    speed: reply.tokensPerSecond, stopped: reply.stopped, reason: reply.reason, past: null,
  });
  if (reply.map) { // of a training that diverged there may be none
    now.map = readMap(reply.map);
    takeEffect(reply.effect, reply.plainNext, null);
  }
  curve.keep(atEnd() ? reply.selectedStep : null);
  curve.add(reply.points ?? []);
  curve.batch(reply.step, reply.loss);
  curve.born(reply.births ?? [], (b) => `${now.map.words[b.query]} to ${now.map.words[b.key]} (${headName(now.map, b.layer, b.head)})`);
  draw();
  const next = now.map.nextAt.at(-1)?.[0];
  say(`step ${now.step} of ${now.steps}, loss ${(now.heldOut ?? now.loss ?? 0).toFixed(2)}${next ? `, predicts ${next.word}, ${percent(next.probability)}` : ""}`);
  if (reply.stopped) stopped();
}

// stopped asks for the verdict and the names of the heads once a training stops by itself.
async function stopped() {
  try {
    if (cuts.list().length) await refresh(showing); // against the noise floor of these weights
    drawVerdict(byId("verdict"), await engine.ask("verdict"), now.reason, applyRemedy);
    if (atEnd() && now.stopped !== "diverged") await nameHeads();
  } catch (error) {
    tell(error.message);
  }
}

function applyRemedy({ settings, steps }) {
  drawVerdict(byId("verdict"), null);
  if (settings) return start({ ...experiment, settings: { ...experiment.settings, ...settings } }, true);
  return goOn(steps ?? now.steps + moreSteps());
}

// goOn lets the training go on to a step beyond its end.
async function goOn(steps) {
  try {
    const reply = await engine.ask("stopAt", { ...stops(), steps });
    now.steps = steps;
    byId("stop-steps").value = steps;
    takeCommand(reply);
    training.play();
  } catch (error) {
    tell(error.message);
  }
}

function takeCommand(reply) {
  if (reply?.command !== undefined) now.command = reply.command;
  if (reply?.commandWithheld !== undefined) now.withheld = reply.commandWithheld;
  drawCommand();
}

// The sentence that is shown, its cuts and its past.

// refresh asks for the map of a sentence with the cuts; where it is refused, the last cut or the sentence is taken back.
const refresh = (text) => new Promise((done) => askForMap({ text, done }));
const askForMap = makeLatest(async ({ text, done }) => {
  try {
    const reply = await engine.ask("show", { sentence: text, interventions: cuts.list(), vectors: false });
    showing = text;
    now.map = readMap(reply.map);
    now.shownStep = reply.shownStep;
    takeEffect(reply.effect, reply.plainNext, reply.plainNextAt);
    byId("unknown").hidden = now.map.unknown.size === 0;
    draw();
    done(true);
  } catch (error) {
    tell(error.message);
    done(false);
  }
});

// takeEffect keeps what the cuts do: next words without them, and their effect in words; null without cuts.
function takeEffect(effect, plain, plainAt) {
  now.effect = effect ?? null;
  now.plain = effect && plain ? readNext(plain) : null;
  now.plainAt = effect && plainAt ? plainAt.map(readNext) : null;
  setText(byId("effect"), effect ? effect.words : "");
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
  const covering = cuts.list().find((c) => c.query === query && c.key === key
    && (c.layer === MEAN || c.layer === view.layer) && (c.head === MEAN || c.head === view.head));
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
  if (now.step === 0 && !playing()) {
    // The film is of the sentence that a training starts with.
    cuts.clear((one) => one.query !== undefined);
    if (await start({ ...experiment, sentence: text })) view.query = -1;
    return draw();
  }
  const before = cuts.list();
  now.past = null;
  if (text !== showing) cuts.clear((one) => one.query !== undefined);
  if (await refresh(text)) {
    view.query = -1;
    curve.forgetBirths();
    byId("prompt").value = text;
    byId("why-answer").hidden = true;
    tell("");
  } else cuts.set(before);
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
const goTo = makeLatest(async (step) => {
  if (step >= now.step) return leavePast();
  if (playing()) await training.pause();
  try {
    const reply = await engine.ask("frame", { step });
    now.past = { step: reply.step, map: readMap(reply.map) };
  } catch (error) {
    tell(error.message);
  }
  draw();
});

// Settings.

function changeSetting(name, text) {
  const setting = table.settings.find((s) => s.name === name);
  if (now.step > 0 && !setting.structural && name === "lr") return changeRate(Number(text));
  pending[name] = text;
  if (now.step === 0 && !playing()) return startPending();
  drawPending();
}

async function changeRate(rate) {
  try {
    const reply = await engine.ask("rate", { learningRate: rate });
    takeCommand(reply);
    byId("set-lr").value = String(reply.learningRate);
  } catch (error) {
    tell(error.message);
  }
}

const startPending = () => start({ ...experiment, settings: { ...experiment.settings, ...pending } });

function drawPending() {
  const list = Object.entries(pending);
  byId("pending").hidden = list.length === 0;
  byId("pending-text").textContent = `${list.map(([name, text]) => `${name} ${text}`).join(", ")}: this starts a new training at step 0.`;
}

// stops are the conditions of the fold.
function stops() {
  const number = (id) => (byId(id).value === "" ? null : Number(byId(id).value));
  return { steps: number("stop-steps") ?? now.steps, loss: number("stop-loss"), flat: byId("stop-flat").checked };
}

async function changeStops() {
  const setting = table.settings.find((s) => s.name === "steps");
  const wanted = stops();
  if (setting) wanted.steps = Number(clamped(setting, String(wanted.steps)) ?? now.steps);
  if (now.step === 0 && !playing() && wanted.steps !== now.steps) {
    // The decay of the learning rate follows the steps from the start.
    if (!await start({ ...experiment, settings: { ...experiment.settings, steps: String(wanted.steps) } })) return;
  }
  try {
    takeCommand(await engine.ask("stopAt", wanted));
    now.steps = wanted.steps;
    tell("");
  } catch (error) {
    tell(error.message);
  }
  byId("stop-steps").value = now.steps;
  draw();
}

function useOwnText({ text, fileName, unit }) {
  cuts.clear();
  view.query = -1;
  return start({ preset: null, text, fileName, unit, settings: {}, sentence: "" }, false).then((fine) => {
    if (fine) ownText.open(false);
    if (fine) byId("play").focus();
  });
}

// Analyses.

async function nameHeads() {
  const list = await engine.ask("heads");
  heads.names(list);
  byId("heads-note").textContent = `Named at step ${now.step}, by what they attend to over the text.`;
}

async function explain() {
  const answer = byId("why-answer");
  answer.hidden = false;
  answer.textContent = "Each word is removed and replaced in turn…";
  if (playing()) await training.pause();
  try {
    const why = await engine.ask("why", { sentence: showing });
    answer.replaceChildren(element("h3", {}, `Which word mattered, at step ${now.step}`), ...why.paragraphs.map((p) => element("p", {}, p)));
  } catch (error) {
    answer.textContent = error.message;
  }
}

async function write() {
  try {
    const seed = Math.floor(1e6 * Math.random());
    const { texts } = await engine.ask("complete", { prompt: byId("prompt").value, temperature: Number(byId("temperature").value), seed, count: 3 });
    byId("written").replaceChildren(...texts.map((text) => element("li", { dir: "auto", translate: "no" }, text)));
  } catch (error) {
    byId("written").replaceChildren(element("li", {}, error.message));
  }
}

// Addresses and files.

let writing = 0;
function writeLater() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const preset = table.presets.find((p) => p.name === experiment.preset);
    const share = byId("share-text").checked && experiment.text !== null;
    const address = writeAddress({
      preset: experiment.preset === table.presets[0]?.name ? null : experiment.preset,
      settings: experiment.text === null ? experiment.settings : { ...experiment.settings, ...(share ? { unit: experiment.unit } : {}) },
      sentence: showing === preset?.sentence || (experiment.text !== null && !share) ? "" : showing,
      text: share ? experiment.text : null,
      head: view.layer === MEAN ? null : [view.layer, view.head],
      word: view.query < 0 ? null : view.query,
      cuts: cuts.list(),
    });
    try {
      history.replaceState(null, "", address ? `#${address}` : location.href.split("#")[0]);
    } catch {
      // A browser may refuse many changes of the address in a short time; the next change writes it.
    }
  }, 300);
}

// openAddress starts the training that an address describes.
async function openAddress() {
  const wanted = readAddress(location.hash, table.settings, table.presets);
  const preset = wanted.text === null ? wanted.preset ?? table.presets[0].name : null;
  const { unit, ...settings } = wanted.settings;
  const own = { preset, text: wanted.text, fileName: "mine.txt", unit: unit ?? "word", settings: wanted.text === null && unit ? { ...settings, unit } : settings };
  [view.layer, view.head] = wanted.head ?? [MEAN, MEAN];
  view.query = wanted.word ?? -1;
  cuts.set(wanted.cuts);
  if (wanted.text !== null) {
    ownText.fill(wanted.text, unit);
    byId("share-text").checked = true;
  }
  if (!await start({ ...own, sentence: wanted.sentence })) {
    wanted.notes.push(`The address could not be opened: ${byId("notice-text").textContent}`);
    cuts.clear();
    if (!now.ready) await start({ preset: table.presets[0].name, text: null, fileName: "", unit: "word", settings: {}, sentence: "" });
  }
  if (wanted.notes.length) tell(wanted.notes.slice(0, 5).join(" "));
}

async function saveRun(what) {
  try {
    const { fileName, base64 } = await engine.ask("export", { what });
    save(new Blob([bytesOf(base64)], { type: what === "json" ? "application/json" : "application/zip" }), fileName);
  } catch (error) {
    tell(error.message);
  }
}

async function savePicture(kind) {
  const map = shownMap(), query = shownQuery();
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const weights = map.weights(view.layer, view.head), shading = shadingOf(weights);
  const colors = {
    panel: color("--panel"), ink: color("--ink"), quiet: color("--quiet"), accent: color("--accent"),
    token(k) {
      if (k > query || weights[cell(query, k)] < leastArc) return { shade: "", ink: k > query ? color("--quiet") : color("--ink") };
      const [, shade, ink] = shading(query, k).style.match(/--shade: (.*); --on-shade: (.*)/);
      return { shade, ink };
    },
  };
  const step = now.past ? now.past.step : now.step;
  const title = `What ${map.words[query]} attends to: ${headName(map, view.layer, view.head)}, step ${step}`;
  const figure = figureOf(sentence.places(), map, colors, title);
  const name = `attention-step-${step}.${kind}`;
  if (kind === "svg") save(new Blob([svgOf(figure, title)], { type: "image/svg+xml" }), name);
  else save(await pngOf(figure), name);
}

// wire connects the controls with what they do.
function wire() {
  byId("play").onclick = () => {
    if (playing()) training.pause();
    else if (atEnd()) goOn(now.steps + moreSteps());
    else training.play();
  };
  byId("one").onclick = () => stepsMore(1);
  byId("many").onclick = () => stepsMore(within(Math.round(Number(byId("many-steps").value)) || 1, 100000));
  byId("rewind").onclick = async () => {
    await training.pause();
    try {
      await adopt(await engine.ask("rewind"));
    } catch (error) {
      tell(error.message);
    }
  };
  byId("speed").onchange = (event) => training.speed(Number(event.target.value) || 0);
  for (const id of ["stop-steps", "stop-loss", "stop-flat"]) byId(id).onchange = changeStops;
  byId("preset").onchange = (event) => {
    if (!event.target.value) return;
    cuts.clear();
    view.query = -1;
    start({ preset: event.target.value, text: null, fileName: "", unit: "word", settings: {}, sentence: "" });
  };
  byId("shown-head").onchange = (event) => chooseHead(...event.target.value.split(" ").map(Number));
  byId("past-back").onclick = leavePast;
  byId("step").oninput = (event) => goTo(Number(event.target.value));
  byId("sentence-form").onsubmit = (event) => {
    event.preventDefault();
    showSentence(byId("sentence").value);
  };
  byId("why").onclick = explain;
  byId("heads-name").onclick = async () => {
    if (playing()) await training.pause();
    nameHeads().catch((error) => tell(error.message));
  };
  byId("pending-start").onclick = startPending;
  byId("pending-undo").onclick = async () => {
    for (const name of Object.keys(pending)) controls.undo(name);
    pending = {};
    drawPending();
  };
  byId("temperature").oninput = (event) => setText(byId("temperature-shown"), event.target.value);
  byId("write").onclick = write;
  byId("grid-fold").ontoggle = draw;
  byId("share-text").onchange = writeLater;
  byId("copy-command").onclick = async () => copied(await copyText(now.command, byId("command")), "The command");
  byId("copy-address").onclick = async () => copied(await copyText(location.href, null), "The address");
  byId("save-svg").onclick = () => savePicture("svg");
  byId("save-png").onclick = () => savePicture("png");
  byId("save-run").onclick = () => saveRun("run");
  byId("save-json").onclick = () => saveRun("json");
  byId("notice-close").onclick = () => tell("");
  addEventListener("hashchange", openAddress);
}

const copied = (done, what) => setText(byId("copied"), done ? `${what} is copied.` : "The browser refused to copy; select the text instead.");

async function stepsMore(count) {
  if (playing()) await training.pause();
  if (atEnd() || now.step + count > now.steps) {
    try {
      await engine.ask("stopAt", { ...stops(), steps: now.step + count });
      now.steps = now.step + count;
      byId("stop-steps").value = now.steps;
    } catch (error) {
      return tell(error.message);
    }
  }
  training.play(count);
}

// boot starts the engine and the first training.
async function boot() {
  let worker;
  try {
    worker = await engineWorker();
  } catch (error) {
    setText(byId("where"), "The engine did not start.");
    return tell(error.message);
  }
  engine = makeEngine(worker, (message) => {
    training?.pause();
    for (const id of ["play", "one", "many", "rewind"]) byId(id).disabled = true;
    setText(byId("where"), "The engine stopped.");
    tell(`The engine stopped: ${message}. Reload the page to start again.`);
  });
  training = makeTraining(engine, { step: () => now.step, progress: progressed, playing: draw, failed: (error) => tell(error.message) });
  table = await engine.ask("describe");
  setText(byId("version"), given.version);
  setText(byId("instructions"), table.instructions === "portable" ? "(this browser has no WebAssembly SIMD: it trains slowly)" : `(${table.instructions})`);
  const options = (good) => table.presets.filter((p) => p.good === good).map((p) => element("option", { value: p.name }, p.title));
  byId("preset").replaceChildren(element("optgroup", { label: "These learn" }, ...options(true)), element("optgroup", { label: "These go wrong" }, ...options(false)));
  controls = makeControls(byId("settings"), table.settings, changeSetting);
  wire();
  if (given.run) {
    const { files, text, textName } = given.run;
    experiment = { preset: null, text: null, fileName: "", unit: "word", settings: {}, sentence: "" };
    await adopt(await engine.ask("open", { files, text, textName }));
    showPreset();
  } else {
    await openAddress();
  }
}

boot().catch((error) => tell(error.message));
