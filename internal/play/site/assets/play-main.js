// What a reader does, and what it changes: the only part that knows the session and the components.

let engine = null,
  training = null,
  table = null; // table: the answer of describe
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
    view.pointed = null;
    draw();
  },
});
const ownText = makeOwnText({
  use: useOwnText,
  open: (zip, name) => openRun({ zip }, name).then((fine) => fine && ownText.open(false)),
  refused: tell,
});
let controls = null;

// tell shows a message that stays until it is closed, or until what it was about went well; "" hides it.
function tell(message) {
  byId("notice").hidden = !message;
  byId("notice-text").textContent = isolated(message);
  if (message) byId("notice").scrollIntoView({ block: "nearest" }); // it may be above what was clicked
}

// pastText says what is shown of a step before.
function pastText() {
  const of = `Shown: the map of step ${now.past.step}, without cuts`;
  return showing === now.sentence ? `${of}.` : `${of}, of the sentence that this training started with.`;
}

// linkText names two words of the sentence, of which the first attends to the second.
const linkText = (query, key) => [query, key].map((i) => isolated(now.map.words[i], /^.*$/s)).join(" to ");

// cutText says what an intervention cuts.
function cutText({ layer, head, query, key }) {
  const where = headName(now.map, layer, head).replace("mean of all heads", "all heads");
  return query === undefined ? `${where} ablated` : `${linkText(query, key)}, ${where}`;
}

function drawFast() {
  const map = shownMap(),
    query = shownQuery();
  const [layer, head] = [within(view.layer, map.layers - 1), within(view.head, map.heads - 1)];
  view.layer = view.layer === MEAN ? MEAN : layer;
  view.head = view.head === MEAN ? MEAN : head;
  const weights = map.weights(view.layer, view.head);
  const shading = shadingOf(weights);
  sentence.draw({
    map,
    weights,
    shading,
    query,
    headText: headName(map, view.layer, view.head),
    isCut: (q, k) => !now.past && cuts.edgeCut(view.layer, view.head, q, k),
  });
  sentence.pin(view.query < 0 ? map.tokens.length - 1 : within(view.query, map.tokens.length - 1));
  byId("sentence-word").replaceChildren(wordElement(map.words[query], false));
  drawNextWords(map, query);
  drawWhere(playing());
  setText(byId("lead"), leadOf(playing(), cuts.list().length > 0));
  byId("past").hidden = !now.past;
  if (now.past) setText(byId("past-text"), pastText());
  grid(map, weights, shading, query);
}

function drawSlow() {
  const map = shownMap();
  heads.draw(map, view.layer, view.head, shadingOf);
  curve.draw(now.steps, shownStep());
  const slider = byId("step"),
    stops = stopsOfFilm();
  slider.max = String(stops.length - 1);
  slider.value = String(stops.indexOf(stops.includes(view.going) ? view.going : shownStep()));
  const at = now.past ? `step ${now.past.step}` : now.shownStep === now.step ? "now" : `step ${now.shownStep}, kept`;
  slider.setAttribute("aria-valuetext", at === "now" ? `now, step ${now.step}` : at);
  setText(byId("step-shown"), at);
}

function shadingOf(weights) {
  return makeShading(palettes[theme.name()], weights, { scaling: "linear", sink: false, signed: false });
}

// wire connects the controls with what they do.
function wire() {
  byId("play").onclick = async () => {
    await opened;
    if (playing()) training.pause();
    else if (atEnd()) goOn(now.steps + moreSteps());
    else training.play();
  };
  byId("one").onclick = () => stepsMore(1);
  byId("many").onclick = () => stepsMore(within(Math.round(Number(byId("many-steps").value)) || 1, 1e6));
  byId("rewind").onclick = rewind;
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
  byId("step").oninput = (event) => goTo(stopsOfFilm()[Number(event.target.value)]);
  byId("sentence-form").onsubmit = (event) => {
    event.preventDefault();
    showSentence(fromField(byId("sentence").value, showing));
  };
  byId("why").onclick = explain;
  byId("heads-name").onclick = async () => {
    if (playing()) await training.pause();
    nameHeads().catch((error) => {
      setText(byId("heads-note"), "");
      tell(error.message);
    });
  };
  byId("pending-start").onclick = startPending;
  byId("pending-undo").onclick = undoPending;
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
  addEventListener("hashchange", (event) => openAddress(new URL(event.newURL).hash)); // the page may have written the address since
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
  training = makeTraining(engine, {
    step: () => now.step,
    progress: progressed,
    playing: draw,
    failed: (error) => tell(error.message),
  });
  table = await engine.ask("describe");
  setText(byId("version"), given.version);
  setText(
    byId("instructions"),
    table.instructions === "portable" ? "(this browser has no WebAssembly SIMD: it trains slowly)" : `(${table.instructions})`,
  );
  const options = (good) =>
    table.presets.filter((p) => p.good === good).map((p) => element("option", { value: p.name }, p.title));
  byId("preset").replaceChildren(
    element("optgroup", { label: "These learn" }, ...options(true)),
    element("optgroup", { label: "These go wrong" }, ...options(false)),
  );
  controls = makeControls(byId("settings"), table.settings, changeSetting);
  wire();
  if (given.run) {
    const { files, text, textName, name } = given.run;
    await openRun({ files, text, textName }, name);
  } else {
    await openAddress(location.hash);
  }
}

boot().catch((error) => tell(error.message));
