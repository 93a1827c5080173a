// The state in the address: settings, sentence and view after the #. What is there is taken as far as it makes sense; the rest is told.

// mostShared is how many characters of an own text go into an address.
const mostShared = 20000;

// own are the names in an address that are no settings.
const own = ["preset", "sentence", "head", "word", "cut", "text"];

// readAddress returns {preset, settings, sentence, text, head, word, cuts, notes} of the part of an address after #. `table` are the
// settings, `presets` the presets: values are clamped to what is allowed, and what is not understood is left out with a note.
function readAddress(hash, table, presets) {
  const state = { preset: null, settings: {}, sentence: "", text: null, head: null, word: null, cuts: [], notes: [] };
  const names = new Map(table.map((s) => [s.name, s]));
  let fields;
  try {
    fields = new URLSearchParams(hash.replace(/^#/, "").slice(0, 4 * mostShared));
  } catch {
    return { ...state, notes: ["The address could not be read."] };
  }
  const number = (text) => (/^\d{1,4}$/.test(text) ? Number(text) : null);
  const place = (text) =>
    text === "mean"
      ? [MEAN, MEAN]
      : text
          .split(".")
          .map(number)
          .map((n) => (n ? n - 1 : null));
  for (const [name, value] of fields) {
    const said = `${clip(name, 30)}=${clip(value, 30)}`;
    if (name === "preset") {
      if (presets.some((p) => p.name === value)) state.preset = value;
      else state.notes.push(`The address asks for the text ${clip(value, 30)}, which is not there.`);
    } else if (name === "sentence") {
      state.sentence = clip(value, 2000);
    } else if (name === "text") {
      if (value.trim() === "") state.notes.push("The address has a text without a word.");
      else state.text = value.slice(0, mostShared);
    } else if (name === "head") {
      const [layer, head] = place(value);
      if (layer !== null && head !== null && head !== undefined) state.head = [layer, head];
      else state.notes.push(`The address has ${said}, which is no head.`);
    } else if (name === "word") {
      const word = number(value);
      if (word) state.word = word - 1;
    } else if (name === "cut") {
      for (const part of value.split(" ").slice(0, 100)) {
        const [where, link] = part.split(":");
        const [layer, head] = place(where);
        const [query, key] = (link ?? "").split("-").map(number);
        if (layer === null || head === null || head === undefined || (link && !(query > 0 && key > 0 && key <= query))) {
          state.notes.push(`The address has the cut ${clip(part, 30)}, which is not understood.`);
        } else if (link || layer !== MEAN)
          state.cuts.push(link ? { layer, head, query: query - 1, key: key - 1 } : { layer, head });
      }
    } else if (names.has(name) && !own.includes(name) && !["data", "sample"].includes(name)) {
      const fit = clamped(names.get(name), value);
      if (fit === null) state.notes.push(`The address has ${said}, which ${name} cannot be.`);
      else {
        state.settings[name] = fit;
        if (fit !== value && Number(fit) !== Number(value))
          state.notes.push(`The address has ${said}; ${name} is set to ${fit}.`);
      }
    } else {
      state.notes.push(`The address has ${said}, which is not a setting.`);
    }
  }
  return state;
}

// writeAddress returns the part of an address after # for a state as readAddress returns it.
function writeAddress({ preset, settings, sentence, text, head, word, cuts }) {
  const fields = new URLSearchParams();
  if (preset) fields.set("preset", preset);
  for (const [name, value] of Object.entries(settings))
    if (!own.includes(name) && !["data", "sample"].includes(name)) fields.set(name, value);
  if (text !== null) fields.set("text", text.slice(0, mostShared));
  if (sentence) fields.set("sentence", sentence);
  const place = (layer, of) => (layer === MEAN || of === MEAN ? "mean" : `${layer + 1}.${of + 1}`);
  if (head) fields.set("head", place(...head));
  if (word !== null) fields.set("word", String(word + 1));
  if (cuts.length) {
    fields.set(
      "cut",
      cuts.map((c) => place(c.layer, c.head) + (c.query === undefined ? "" : `:${c.query + 1}-${c.key + 1}`)).join(" "),
    );
  }
  return fields.toString();
}
