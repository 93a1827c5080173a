// Trainings: starting one, its steps, its end, and its settings.

// adopt shows the State that a configure, a rewind or an open returned.
async function adopt(state) {
  now.ready = true;
  Object.assign(now, {
    step: state.step,
    steps: state.steps,
    shownStep: state.shownStep,
    canTrain: state.canTrain,
    loss: null,
    heldOut: null,
    speed: 0,
    stopped: "",
    reason: "",
    corpus: state.corpus,
    parameters: state.parameters,
    stepSeconds: state.stepSeconds,
    sentence: state.settings.sample,
    frames: state.frames,
    command: state.command,
    commandFile: state.commandFile,
    withheld: state.commandWithheld,
    rate: null,
    past: null,
    map: readMap(state.map),
    plain: null,
    plainAt: null,
    effect: null,
  });
  const last = state.points.at(-1);
  if (last) Object.assign(now, { loss: last.loss, heldOut: last.heldOut });
  pending = {};
  showing = state.sentence;
  byId("sentence").value = byId("prompt").value = inField(showing);
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
  const { corpus } = state;
  const unit = corpus?.unit === "characters" ? "character" : "word";
  setText(byId("why"), `Which ${unit} matters?`);
  byId("figure-note").replaceChildren(...figureNote(unit));
  setText(
    byId("heads-about"),
    "Each head attends in its own way. Its picture has a row for each word that attends, darker where the weight is larger. " +
      `Ablate sets the output of a head to 0.${now.map.layers > 1 ? " 2.1 is head 1 of layer 2." : ""}`,
  );
  const preset = table.presets.find((p) => p.name === experiment.preset);
  byId("notes").hidden = !corpus;
  byId("notes-list").replaceChildren(...notesOf(corpus).map((note) => element("li", {}, isolated(note))));
  byId("preset-meaning").textContent = preset?.meaning ?? "";
  if (cuts.clear((one) => one.query !== undefined && one.query >= now.map.tokens.length)) tell("");
  cuts.clear((one) => one.layer >= now.map.layers || one.head >= now.map.heads);
  cuts.draw();
  fillHeads();
  draw();
  await refresh(showing);
  writeLater();
}

// opened is when the training that was asked for last stands: what plays it waits for that.
let opened = Promise.resolve();

// start begins a new training and returns whether it stands. Where the session refuses, the former one stays and the reason is told.
function start(wanted, play = false) {
  const result = opened.then(() => configure(wanted, play));
  opened = result;
  return result;
}

// rewind goes back to step 0, with the same initial weights.
function rewind() {
  opened = opened.then(async () => {
    await training.pause();
    try {
      await adopt(await engine.ask("rewind"));
    } catch (error) {
      tell(error.message);
    }
  });
}

// openRun opens a run folder: {zip} of a file, or {files, text, textName} of the page. A run that is refused leaves the present one.
function openRun(fields, name) {
  const result = opened.then(async () => {
    await training.pause();
    try {
      const state = await engine.ask("open", fields);
      experiment = { preset: null, text: null, fileName: name, unit: "word", settings: {}, sentence: "" };
      cuts.clear();
      view.query = -1;
      tell("");
      await adopt(state);
      showPreset();
      return true;
    } catch (error) {
      tell(error.message);
      return false;
    }
  });
  opened = result;
  return result;
}

async function configure(wanted, play) {
  await training.pause();
  const { preset, text, fileName, unit, settings, sentence: sample } = wanted;
  const fields = text === null ? { preset } : { text, fileName, settings: { unit, ...settings } };
  try {
    const state = await engine.ask("configure", { settings, sentence: sample, ...fields });
    experiment = wanted;
    tell("");
    await adopt(state);
  } catch (error) {
    undoPending();
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
  select.querySelector("option[value='']")?.remove();
  if (experiment.preset === null) {
    const name = clip(experiment.fileName, 30);
    select.append(element("option", { value: "" }, experiment.text === null ? `the run ${name}` : `your own text: ${name}`));
  }
  select.value = experiment.preset ?? "";
}

// progressed takes what a step told. It draws nothing itself, so that the next step is asked for first.
function progressed(reply) {
  Object.assign(now, {
    step: reply.step,
    steps: reply.steps,
    shownStep: reply.shownStep,
    loss: reply.loss,
    heldOut: reply.heldOut,
    speed: reply.tokensPerSecond,
    stopped: reply.stopped,
    reason: reply.reason,
    past: null,
  });
  if (reply.map) {
    // of a training that diverged there may be none
    now.map = readMap(reply.map);
    takeEffect(reply);
  }
  now.frames = now.frames.concat(reply.frames);
  curve.keep(atEnd() ? reply.selectedStep : null);
  drawOpening();
  curve.add(reply.points);
  curve.batch(reply.step, reply.loss);
  curve.born(
    reply.births,
    (b) => `${linkText(b.query, b.key)} (${headName(now.map, b.layer, b.head)})`,
  );
  draw();
  const next = now.map.nextAt.at(-1)?.[0];
  say(
    `step ${now.step} of ${now.steps}, loss ${(now.heldOut ?? now.loss ?? 0).toFixed(2)}${next ? `, predicts ${next.word}, ${percent(next.probability)}` : ""}`,
  );
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

// stepsMore makes so many steps, beyond the end of the training too.
async function stepsMore(count) {
  await opened;
  if (playing()) await training.pause();
  if (atEnd() || now.step + count > now.steps) {
    try {
      takeCommand(await engine.ask("stopAt", { ...stops(), steps: now.step + count }));
      now.steps = now.step + count;
      byId("stop-steps").value = now.steps;
    } catch (error) {
      return tell(error.message);
    }
  }
  training.play(count);
}

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
    now.rate = String(reply.learningRate);
    byId("set-lr").value = now.rate;
  } catch (error) {
    tell(error.message);
  }
}

// chosen are the settings that a new training has and the present one began without.
const chosen = () => ({ ...(now.rate === null ? {} : { lr: now.rate }), ...pending });

const startPending = () => start({ ...experiment, settings: { ...experiment.settings, ...chosen() } });

// undoPending shows the values again that the session has.
function undoPending() {
  for (const name of Object.keys(pending)) controls.undo(name);
  pending = {};
  drawPending();
}

function drawPending() {
  byId("pending").hidden = Object.keys(pending).length === 0;
  byId("pending-text").textContent =
    `${Object.entries(chosen()).map(([name, text]) => `${name} ${text}`).join(", ")}: this starts a new training at step 0.`;
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
    if (!(await start({ ...experiment, settings: { ...experiment.settings, steps: String(wanted.steps) } }))) return;
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
