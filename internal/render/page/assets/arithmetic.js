// The arithmetic of one cell, from the vectors to the weight:
//
//   weight = softmax(query · key / √headDim) over the keys up to the query
//
// Vectors, scores and weights are those that the model computed. A product, a root or a power here is of the numbers shown next to it.
//
// A component gets `shown`: {words, query, key, title, weights} with the row of the query, [key up to the query], and either `heads`, the
// {name, weight, go} that a mean is of, or `vectors`, the {query, key, value, scores} of the cell, or neither.

// stepsOf returns what follows from the scores and weights of a row. A dot product is its score times the root, the sum of the powers is 1
// over the weight of the highest score.
function stepsOf({ scores, query }, weights) {
  const root = Math.sqrt(query.length);
  const highest = Math.max(...scores);
  return {
    root, scores, weights,
    dots: scores.map((score) => score * root),
    powers: scores.map((score) => Math.exp(score - highest)),
    total: 1 / weights[scores.indexOf(highest)],
  };
}

// drawArithmetic shows the cell of a query and a key.
function drawArithmetic(place, shown) {
  fillArithmetic(place, shown);
  const box = place.querySelector(".scroll.row"), chosen = box?.querySelector(".chosen");
  if (chosen) reveal(box, chosen, box.querySelector("thead").offsetHeight);
}

function fillArithmetic(place, shown) {
  const { words, query, key, weights, vectors } = shown;
  const weight = weights[key];
  const title = element("p", {}, bold(words[query]), " attends to ", bold(words[key]), `, ${shown.title}: `,
    element("span", { class: "result", id: "weight" }, exact(weight)));
  place.style.setProperty("--rows", Math.min(words.length, mostRows) + 1);
  if (shown.heads) return place.replaceChildren(title, meanTable(shown.heads, weight));
  if (!vectors) {
    return place.replaceChildren(title,
      rowTable("weights of the row", ["key", "weight"], words, key, weights, (k) => [exact(weights[k])]),
      element("p", { class: "quiet" }, "This page has no query and key vectors, so it does not show how the weights were computed."));
  }
  const a = stepsOf(vectors, weights);
  const later = words.length - 1 - query;
  place.replaceChildren(title, element("ol", {},
    element("li", {}, "Dot product: the query vector of ", bold(words[query]), " times the key vector of ", bold(words[key]),
      ", number by number, added up. ",
      result("dot", `query · key = ${exact(a.dots[key])}`),
      vectorTable(`query of ${words[query]} and key of ${words[key]}`, [["query", vectors.query, ""], ["key", vectors.key, ""],
        ["query × key", Array.from(vectors.query, (q, i) => q * vectors.key[i]), exact(a.dots[key])]])),
    element("li", {}, `Scaling: divide by the square root of the count of numbers in a vector, √${vectors.query.length} = ${exact(a.root)}. `,
      "Without it, vectors with more numbers would give sharper weights. ",
      result("score", `score = ${exact(a.scores[key])}`)),
    element("li", {}, later > 0
      ? `Mask: the model cannot see ${later === 1 ? "the word" : `the ${later} words`} after this one. ` +
        "A score there counts as −∞, so the weight is exactly 0."
      : "Mask: the model cannot see later words. This is the last word, so nothing is left out."),
    element("li", {}, `Softmax over the row: e^(score − highest score), divided by the sum of these powers, ${exact(a.total)}. `,
      "Subtracting the highest score does not change the result. ",
      result("softmax", `${exact(a.powers[key])} / ${exact(a.total)} = ${exact(weight)}`),
      rowTable("softmax over the row", ["key", "query · key", "score", "e^(score − highest)", "weight"], words, key, weights,
        (k) => [a.dots[k], a.scores[k], a.powers[k], weights[k]].map(exact))),
    element("li", {}, "The weight in the map, as the model computed it: ", result("in-map", exact(weight)),
      ". The output of the head for ", bold(words[query]), " is the sum of all value vectors, each times its weight. The part of ",
      bold(words[key]), ":",
      vectorTable(`value of ${words[key]}`, [["value", vectors.value, ""],
        ["weight × value", Array.from(vectors.value, (v) => weight * v), ""]]))));
}

function bold(word) {
  return element("b", {}, wordElement(word, false));
}

function result(id, text) {
  return element("b", { id: `sum-${id}` }, text);
}

// headedTable makes a table of a header and rows.
function headedTable(header, rows) {
  return element("table", {},
    element("thead", {}, element("tr", {}, ...header.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows));
}

// numbersRow makes a row of a table: a header, which may be an element, and texts.
function numbersRow(header, texts, chosen) {
  return element("tr", chosen ? { class: "chosen" } : {}, element("th", { scope: "row" }, header), ...texts.map((t) => element("td", {}, t)));
}

// vectorTable shows [name, vector, sum] number by number: short vectors as rows, long ones as columns. The sums are texts; where all are
// empty there is no sum.
function vectorTable(label, columns) {
  const numbers = Array.from(columns[0][1].keys());
  const added = columns.some(([, , sum]) => sum);
  const lying = numbers.length <= 8 && !matchMedia("(max-width: 40rem)").matches;
  const table = lying
    ? headedTable(["number", ...(added ? ["sum"] : []), ...numbers.map((i) => String(i + 1))],
      columns.map(([name, list, sum]) => numbersRow(name, [...(added ? [sum] : []), ...numbers.map((i) => component(list[i]))])))
    : headedTable(["number", ...columns.map(([name]) => name)], [...(added ? [numbersRow("sum", columns.map(([, , sum]) => sum))] : []),
      ...numbers.map((i) => numbersRow(String(i + 1), columns.map(([, list]) => component(list[i]))))]);
  return scrollable(label, table);
}

// mostRows is how many keys of a row are listed.
const mostRows = 40;

// rowTable lists the keys of a row in their order: all, or those with the largest weights and the chosen one.
function rowTable(label, header, words, chosen, weights, texts) {
  let keys = Array.from(weights.keys());
  if (keys.length > mostRows) {
    keys.sort((a, b) => (b === chosen) - (a === chosen) || weights[b] - weights[a]);
    keys = keys.slice(0, mostRows).sort((a, b) => a - b);
  }
  const table = scrollable(label, headedTable(header, keys.map((k) => numbersRow(wordElement(words[k], false), texts(k), k === chosen))));
  table.classList.add("row");
  if (weights.length > keys.length) {
    table.append(element("p", { class: "quiet" }, `${keys.length} of ${weights.length} keys: this one and those with the largest weights.`));
  }
  return table;
}

// meanTable shows the heads that a mean is of; a button goes to each.
function meanTable(heads, weight) {
  const rows = heads.map((h) => {
    const go = element("button", { type: "button" }, h.name);
    go.onclick = h.go;
    return numbersRow(go, [exact(h.weight)]);
  });
  return scrollable("weights of the heads", element("p", {}, `The mean of ${heads.length} heads. Choose one to see its arithmetic.`),
    headedTable(["head", "weight"], [...rows, numbersRow("mean", [exact(weight)], true)]));
}
