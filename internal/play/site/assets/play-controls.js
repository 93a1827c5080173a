// The settings, made from the table of the session: each with its control, its meaning where it stands, and what is allowed.

// first are the settings that matter most, in the order in which they stand; all others are folded.
const first = ["lr", "layers", "heads", "dim", "positions", "activation", "batch", "dropout", "weight-decay", "seed"];

// titles are names that say more than those of the flags.
const titles = {
  lr: "learning rate",
  heads: "heads of each layer",
  dim: "embedding dimension",
  batch: "batch size",
  positions: "position encoding",
  holdout: "held-out share",
  hidden: "hidden width",
  context: "longest sentence",
  tied: "tied embeddings",
  init: "initial weights",
};

// meanings are plain words in place of those for people who know the field.
const meanings = {
  lr: "How far each update moves the weights. Too small learns slowly; too large makes the loss jump up and down. 0 chooses it by the size of the model: 0.01, and less for a large one.",
  layers: "Transformer blocks, one after the other. A later one attends to what the earlier ones found.",
  heads: "Each head of a layer attends in its own way. They divide the embedding dimension between them, so it must be a multiple of their number.",
  dim: "How many numbers stand for one word in the model (d_model). More can learn more, and takes longer.",
  positions: "How the model knows the order of the words.",
  activation: "The function that the feed-forward network of each layer applies between its two matrices.",
  batch: "How many sentences each update learns from. More make the updates steadier and slower.",
  dropout: "The share of numbers that are set to 0 at random during training. Above 0 it helps where there is little text.",
  "weight-decay": "How strongly each update pulls the weights towards 0.",
  unit: "What a token is: a word (one sentence a line), or a character of one long text.",
  case: "Whether words that differ in capitals alone are one word: lower makes them one.",
  holdout: "The share of the text that is held out: the model is measured on it and not trained. 0 holds out nothing.",
  "min-count": "Words that occur less often than this become <unk>. 0 chooses by the length of the text.",
  hidden: "How many numbers the feed-forward network of each layer has between its two matrices. 0: 4 times the embedding dimension.",
  context: "How many tokens the model can read at once. 0: those of the longest sentence, or at most 64 characters.",
  tied: "On: the matrix that turns words into vectors turns vectors into predictions too. Off: that is a matrix of its own.",
  init: "How large the initial weights are. scaled: by the size of the model. gpt2: a standard deviation of 0.02, for a large one.",
  "min-lr": "The learning rate of the last step: it falls to this in a cosine.",
  warmup: "In so many first steps the learning rate rises from 0.",
  beta1: "The decay rate of AdamW's first moment. sgd has none.",
  beta2: "The decay rate of AdamW's second moment. sgd has none.",
  momentum: "The decay rate of the velocity of sgd. AdamW has none.",
  seed: "The number that decides everything random: the initial weights, the batches and dropout. The same seed gives the same training.",
};

// elsewhere are settings that other parts of the page change: the text, the sentence, and where it stops.
const elsewhere = ["data", "sample", "steps"];

// ticksOf is how many steps the slider of a number has.
const ticksOf = 200;

// clamped returns a text as a value that a setting may have, or null where nothing can be made of it.
function clamped(setting, text) {
  if (setting.kind === "choice") return setting.choices.includes(text) ? text : null;
  if (setting.kind === "switch") return ["true", "false"].includes(text) ? text : null;
  if (setting.kind === "text") return clip(text, 2000);
  const x = Number(text);
  if (text.trim() === "" || !Number.isFinite(x)) return null;
  const whole = setting.kind === "integer";
  let value = whole ? Math.round(x) : x;
  const tiny = whole ? 1 : 1e-6;
  if (setting.low !== null && setting.low !== undefined)
    value = Math.max(value, setting.openLow ? setting.low + tiny : setting.low);
  if (setting.high !== null && setting.high !== undefined)
    value = Math.min(value, setting.openHigh ? setting.high - tiny : setting.high);
  return String(whole && !Number.isSafeInteger(value) ? Number(setting.default) : Number(value.toPrecision(12)));
}

// sliderOf returns how the slider of a number runs: its ends, and from its position 0..1 to the number and back. Numbers without an end,
// and those of which a part alone is of use, have none.
function sliderOf(setting) {
  const { low, high, kind } = setting;
  if (!["number", "integer"].includes(kind) || low == null || high == null || high - low > 1e6 || !(high > low)) return null;
  const whole = kind === "integer";
  if (!setting.logarithmic) {
    const step = whole ? 1 : (high - low) / ticksOf;
    return { max: Math.round((high - low) / step), of: (i) => low + i * step, at: (x) => (x - low) / step };
  }
  const from = low > 0 ? low : whole ? 1 : high / 1e5;
  const round = (x) => (whole ? Math.round(x) : Number(x.toPrecision(2)));
  return {
    max: ticksOf,
    of: (i) => round(from * (high / from) ** (i / ticksOf)),
    at: (x) => (x <= from ? 0 : (ticksOf * Math.log(x / from)) / Math.log(high / from)),
  };
}

// makeControls makes the settings and returns how to show their values. changed(name, text) is called when one was changed.
function makeControls(place, table, changed) {
  const controls = new Map();
  for (const setting of table) if (!elsewhere.includes(setting.name)) controls.set(setting.name, makeControl(setting, changed));
  const fields = (names) => element("div", { class: "settings" }, ...names.map((name) => controls.get(name).field));
  const shown = first.filter((name) => controls.has(name));
  const groups = new Map();
  for (const [name, { setting }] of controls) {
    if (shown.includes(name)) continue;
    groups.set(setting.group, [...(groups.get(setting.group) ?? []), name]);
  }
  place.replaceChildren(
    fields(shown),
    ...[...groups].map(([group, names]) => element("details", {}, element("summary", {}, `More: ${group}`), fields(names))),
  );
  return {
    // undo shows the value again that a setting has in the session.
    undo(name) {
      controls.get(name)?.show();
    },
    // show sets the controls to {name: text}; `differs` are the names that differ from the defaults.
    show(settings, differs) {
      for (const [name, control] of controls) {
        if (settings[name] !== undefined) control.show(settings[name]);
        control.field.classList.toggle("differs", differs.has(name));
      }
    },
  };
}

function makeControl(setting, changed) {
  const id = `set-${setting.name}`,
    about = `${id}-about`;
  const title = element(
    "label",
    { for: id },
    titles[setting.name] ?? setting.name.replaceAll("-", " "),
    ...(titles[setting.name] ? [" ", element("code", { translate: "no" }, `--${setting.name}`)] : []),
  );
  const words = meanings[setting.name] ?? setting.meaning;
  const anew = setting.structural ? " A change starts a new training." : " It changes without a new start.";
  const follows = setting.meaning.includes("(0:") || setting.meaning.includes("if not given");
  const value = setting.default === "" || follows ? "" : ` Default: ${setting.default}.`;
  const meaning = element(
    "p",
    { id: about, class: "quiet" },
    `${words.charAt(0).toUpperCase()}${words.slice(1)}.`.replace(/\.\.$/, "."),
    value,
    anew,
  );
  const tell = (text) => {
    const fit = clamped(setting, text);
    if (fit === null || fit === shown) return show(shown);
    if (setting.kind !== "switch") input.value = fit;
    changed(setting.name, fit);
  };
  let shown = setting.default,
    input,
    slider = null,
    show;
  const attributes = { id, "aria-describedby": about };
  if (setting.kind === "choice") {
    input = element("select", attributes, ...setting.choices.map((c) => element("option", { value: c }, c)));
  } else if (setting.kind === "switch") {
    input = element("input", { ...attributes, type: "checkbox" });
  } else {
    const number = setting.kind !== "text";
    input = element("input", { ...attributes, type: number ? "number" : "text", step: "any" });
    if (number && setting.low != null) input.min = setting.low;
    if (number && setting.high != null) input.max = setting.high;
  }
  const runs = sliderOf(setting);
  if (runs) {
    slider = element("input", {
      type: "range",
      min: "0",
      max: String(runs.max),
      step: "1",
      "aria-label": `${setting.name} as a slider`,
      "aria-describedby": about,
    });
    slider.oninput = () => {
      input.value = String(Number(runs.of(Number(slider.value)).toPrecision(6)));
      slider.setAttribute("aria-valuetext", input.value);
    };
    slider.onchange = () => tell(input.value);
  }
  show = (text = shown) => {
    shown = text;
    if (setting.kind === "switch") input.checked = text === "true";
    else input.value = text;
    if (!slider) return;
    slider.value = String(Math.round(runs.at(Number(text))));
    slider.setAttribute("aria-valuetext", text);
  };
  input.onchange = () => tell(setting.kind === "switch" ? String(input.checked) : input.value);
  show(setting.default);
  return {
    setting,
    show,
    field: element(
      "div",
      { class: "setting" },
      title,
      element("div", { class: "pair" }, ...(slider ? [slider] : []), input),
      meaning,
    ),
  };
}
