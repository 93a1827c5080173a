// The arithmetic of one cell, from the vectors to the weight:
//
//   weight = softmax(query · key / √headDim) over the keys up to the query's place
//
// Vectors, scores and weights are those that the model computed. Nothing here adds up or divides what the model has: a
// product, a root or a power is of the numbers beside it.

// stepsOf returns the row of a query, [key up to the query]: its scores and weights, and what follows from each of these alone.
// A dot product is its score times the root, the sum of the powers is 1 over the weight of the highest score.
function stepsOf({ sentence, query }, { layer, head }, weights) {
  const { vectors } = data.sentences[sentence];
  const row = (cells) => Array.from(cells.subarray(cell(query, 0), cell(query + 1, 0)));
  const scores = row(cellsOf(read(vectors.scores), sentence, layer, head));
  const root = Math.sqrt(vectors.headDim);
  const highest = Math.max(...scores);
  const shown = row(weights);
  return {
    root, scores, weights: shown,
    dots: scores.map((score) => score * root),
    powers: scores.map((score) => Math.exp(score - highest)),
    total: 1 / shown[scores.indexOf(highest)],
  };
}

// drawArithmetic shows the cell of a query and a key in the chosen layer and head. `choose` goes to a head.
function drawArithmetic(place, view, choose) {
  const { sentence, frame, layer, head, query, key } = view;
  const words = numbered(data.sentences[sentence].tokens);
  const weights = weightsOf(sentence, frame, layer, head);
  const weight = weights[cell(query, key)];
  const heads = headsOf(sentence, layer, head);
  const title = element("p", {}, bold(words[query]), " looks at ", bold(words[key]), `, ${nameOf(sentence, layer, head)}: `,
    element("span", { class: "result", id: "weight" }, exact(weight)));
  if (heads.length > 1) {
    place.replaceChildren(title, meanOf(view, heads, weight, choose));
    return;
  }
  const only = heads[0];
  if (!data.sentences[sentence].vectors) {
    place.replaceChildren(title, rowOf(words, weights, query, key));
    return;
  }
  const a = stepsOf(view, only, weights);
  const vector = (kind, position) => vectorOf(sentence, kind, only.layer, only.head, position);
  const [q, k, v] = [vector("query", query), vector("key", key), vector("value", key)];
  const later = words.length - 1 - query;
  place.replaceChildren(title, element("ol", {},
    element("li", {}, "The query of ", bold(words[query]), " and the key of ", bold(words[key]), ", multiplied number by number and added up: ",
      result("dot", `query · key = ${exact(a.dots[key])}`),
      vectorTable(words, query, key, q, k, v, a.dots[key], weight)),
    element("li", {}, `Divided by the root of their length, √${q.length} = ${exact(a.root)}, so that longer vectors do not make sharper looks: `,
      result("score", `score = ${exact(a.scores[key])}`)),
    element("li", {}, later > 0
      ? `The mask: ${later === 1 ? "the word that comes" : `the ${later} words that come`} later cannot be seen, as if the score were −∞. Their weight is exactly 0.`
      : "The mask leaves out what comes later; nothing comes after this word."),
    element("li", {}, "Softmax over the row: e to the power of each score (less the highest, which changes nothing and keeps the numbers small), divided by the sum, ",
      `${exact(a.total)}: `, result("softmax", `${exact(a.powers[key])} / ${exact(a.total)} = ${exact(a.weights[key])}`),
      softmaxTable(words, a, key)),
    element("li", {}, "The weight in the map, as the model computed it: ", result("in-map", exact(weight)),
      ". So much of the value of ", bold(words[key]), " is mixed into what ", bold(words[query]), " hands on (weight × value in the first table).")));
}

function bold(word) {
  return element("b", {}, wordElement(word, false));
}

function result(id, text) {
  return element("b", { id: `sum-${id}` }, text);
}

// vectorTable shows the vectors of a cell number by number: short ones lie, long ones stand.
function vectorTable(words, query, key, q, k, v, dot, weight) {
  const numbers = Array.from(q.keys());
  const columns = [
    ["query", q, ""],
    ["key", k, ""],
    ["query × key", numbers.map((i) => q[i] * k[i]), exact(dot)],
    ["value", v, ""],
    ["weight × value", numbers.map((i) => weight * v[i]), ""],
  ];
  const column = (text) => element("th", { scope: "col" }, text);
  const line = (name, texts) => element("tr", {}, element("th", { scope: "row" }, name), ...texts.map((t) => element("td", {}, t)));
  const lying = numbers.length <= 8;
  const head = lying ? ["sum", ...numbers.map((i) => String(i + 1))] : columns.map(([name]) => name);
  const lines = lying
    ? columns.map(([name, list, sum]) => line(name, [sum, ...numbers.map((i) => component(list[i]))]))
    : [line("sum", columns.map(([, , sum]) => sum)), ...numbers.map((i) => line(String(i + 1), columns.map(([, list]) => component(list[i]))))];
  return scrollable(`vectors of ${words[query]} and ${words[key]}`, element("table", {},
    element("thead", {}, element("tr", {}, column("number"), ...head.map(column))),
    element("tbody", {}, ...lines)));
}

// softmaxTable shows every key that the query sees.
function softmaxTable(words, a, chosen) {
  const rows = a.weights.map((weight, k) => element("tr", k === chosen ? { class: "chosen" } : {},
    element("th", { scope: "row" }, wordElement(words[k], false)),
    ...[a.dots[k], a.scores[k], a.powers[k], weight].map((x) => element("td", {}, exact(x)))));
  return scrollable("softmax over the row", element("table", {},
    element("thead", {}, element("tr", {}, ...["key", "query · key", "score", "e^(score − highest)", "weight"]
      .map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows)));
}

// rowOf shows the weights of a row, where there are no vectors to compute them from.
function rowOf(words, weights, query, chosen) {
  const rows = [];
  for (let k = 0; k <= query; k++) {
    rows.push(element("tr", k === chosen ? { class: "chosen" } : {}, element("th", { scope: "row" }, wordElement(words[k], false)),
      element("td", {}, exact(weights[cell(query, k)]))));
  }
  return scrollable("weights of the row", element("table", {},
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "key"), element("th", { scope: "col" }, "weight"))),
    element("tbody", {}, ...rows)),
  element("p", { class: "quiet" }, "This page holds no query and key vectors, so it cannot show what the weights were computed from."));
}

// meanOf shows the heads that a mean is made of; each can be gone to.
function meanOf({ sentence, frame, query, key }, heads, weight, choose) {
  const rows = heads.map((h) => {
    const go = element("button", { type: "button" }, nameOf(sentence, h.layer, h.head));
    go.onclick = () => choose(h.layer, h.head);
    return element("tr", {}, element("th", { scope: "row" }, go),
      element("td", {}, exact(weightsOf(sentence, frame, h.layer, h.head)[cell(query, key)])));
  });
  return scrollable("weights of the heads", element("p", {}, `The mean of ${heads.length} heads; choose one for its arithmetic.`),
    element("table", {},
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "head"), element("th", { scope: "col" }, "weight"))),
      element("tbody", {}, ...rows, element("tr", { class: "chosen" }, element("th", { scope: "row" }, "mean"), element("td", {}, exact(weight))))));
}
