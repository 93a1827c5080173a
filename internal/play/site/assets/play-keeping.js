// What is kept: the address, files, the clipboard.

let writing = 0;
function writeLater() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const preset = table.presets.find((p) => p.name === experiment.preset);
    const share = byId("share-text").checked && experiment.text !== null;
    const address = writeAddress({
      preset: experiment.preset === table.presets[0]?.name ? null : experiment.preset,
      settings:
        experiment.text === null ? experiment.settings : { ...experiment.settings, ...(share ? { unit: experiment.unit } : {}) },
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

// openAddress starts the training that the part of an address after # describes.
async function openAddress(hash) {
  const wanted = readAddress(hash, table.settings, table.presets);
  const preset = wanted.text === null ? (wanted.preset ?? table.presets[0].name) : null;
  const { unit, ...settings } = wanted.settings;
  const own = {
    preset,
    text: wanted.text,
    fileName: "mine.txt",
    unit: unit ?? "word",
    settings: wanted.text === null && unit ? { ...settings, unit } : settings,
  };
  [view.layer, view.head] = wanted.head ?? [MEAN, MEAN];
  view.query = wanted.word ?? -1;
  cuts.set(wanted.cuts);
  if (wanted.text !== null) {
    ownText.fill(wanted.text, unit);
    byId("share-text").checked = true;
  }
  if (!(await start({ ...own, sentence: wanted.sentence }))) {
    wanted.notes.push(`The address could not be opened as it is: ${byId("notice-text").textContent}`);
    cuts.clear();
    const without = wanted.sentence !== "" && (await start({ ...own, sentence: "" }));
    if (!without && !now.ready)
      await start({ preset: table.presets[0].name, text: null, fileName: "", unit: "word", settings: {}, sentence: "" });
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
  const map = shownMap(),
    query = shownQuery();
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const weights = map.weights(view.layer, view.head),
    shading = shadingOf(weights);
  const colors = {
    panel: color("--panel"),
    ink: color("--ink"),
    quiet: color("--quiet"),
    accent: color("--accent"),
    token(k) {
      if (k > query || weights[cell(query, k)] < leastArc)
        return { shade: "", ink: k > query ? color("--quiet") : color("--ink") };
      const [, shade, ink] = shading(query, k).style.match(/--shade: (.*); --on-shade: (.*)/);
      return { shade, ink };
    },
  };
  const step = shownStep();
  const title = `What ${map.words[query]} attends to: ${headName(map, view.layer, view.head)}, step ${step}`;
  const figure = figureOf(sentence.places(), map, colors, title);
  const name = `attention-step-${step}.${kind}`;
  if (kind === "svg") save(new Blob([svgOf(figure, title)], { type: "image/svg+xml" }), name);
  else save(await pngOf(figure), name);
}

const copied = (done, what) =>
  setText(byId("copied"), done ? `${what} is copied.` : "The browser refused to copy; select the text instead.");
