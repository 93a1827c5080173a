// The map of a trial: the attention of its sample sentence.

// makeTrialMap returns show(sentence), which draws the map of a sentence, and redraw(), for other colours.
function makeTrialMap(palette) {
  const view = { sentence: -1, layer: MEAN, head: MEAN, query: 0, key: 0 };
  let grid = null, weights = null, words = [];
  const say = (query, key) => `${words[query]} attends to ${words[key]} with weight ${exact(weights[cell(query, key)])}`;
  const read = (query, key) => {
    byId("readout").textContent = `${say(query, key ?? strongest(weights, query))}.`;
    grid.mark(query, key);
  };
  const keep = (query, key) => {
    view.query = query;
    view.key = key;
    grid.choose(query, key);
    read(query, key);
  };
  const on = {
    point: (query, key) => read(query, key),
    leave: () => keep(view.query, view.key),
    choose: keep,
  };
  const draw = () => {
    if (view.sentence < 0) return;
    const { sentence, layer, head } = view;
    weights = weightsOf(sentence, 0, layer, head);
    const sink = data.frames[0].sentences[sentence].sinks[1 + layer][1 + head];
    const scaling = words.length > few ? "row" : "linear";
    grid.draw(weights, makeShading(palette(), weights, { scaling, sink, signed: false }), { least: 0, signed: false });
    byId("layer").value = layer;
    byId("head").value = head;
    const name = nameOf(sentence, layer, head);
    byId("grid-heading").textContent = `Which words each word attends to, ${name}. ${scalings[scaling].note}`;
    byId("sink-note").textContent = sink ? `${data.sinkNote}.` : "";
    keep(view.query, view.key);
  };
  const choose = (name) => (event) => {
    view[name] = Number(event.target.value);
    draw();
  };
  byId("layer").onchange = choose("layer");
  byId("head").onchange = choose("head");
  return {
    show(sentence) {
      byId("map").hidden = sentence < 0;
      if (sentence === view.sentence) return;
      view.sentence = sentence;
      if (sentence < 0) return;
      const s = data.sentences[sentence], n = s.tokens.length;
      words = numbered(s.tokens);
      byId("sentence").textContent = clip(s.text.replaceAll("↵", " "), 100);
      fillChoice("layer", s.layers);
      fillChoice("head", s.heads);
      if (s.layers === 1) view.layer = 0;
      else if (view.layer >= s.layers || view.layer === 0) view.layer = MEAN;
      if (s.heads === 1) view.head = 0;
      else if (view.head >= s.heads || view.head === 0) view.head = MEAN;
      grid = (n > few ? makeCanvas : makeTable)(byId("grid-place"), s.tokens, new Set(s.unknown), on, say);
      view.query = n - 1;
      view.key = strongest(weightsOf(sentence, 0, view.layer, view.head), n - 1);
      const { next } = data.frames[0].sentences[sentence];
      byId("next-heading").hidden = next.length === 0;
      drawNext(byId("next"), next, next.length);
      draw();
    },
    redraw: draw,
  };
}
