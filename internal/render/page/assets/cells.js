// Weights as lists of cells: row q has the keys 0 to q, one row after the other.

// cell is the index of a weight among those of a head: row q has the keys 0 to q.
function cell(query, key) {
  return query * (query + 1) / 2 + key;
}

// rowOf returns the weights, or the scores, of one query, [key up to the query].
function rowOf(cells, query) {
  return Array.from(cells.subarray(cell(query, 0), cell(query + 1, 0)));
}

// numbered returns the words of a sentence, each repeated one with its number: the₂.
function numbered(tokens) {
  const count = new Map();
  for (const t of tokens) count.set(t, (count.get(t) || 0) + 1);
  const seen = new Map();
  return tokens.map((t) => {
    if (count.get(t) === 1) return t;
    seen.set(t, (seen.get(t) || 0) + 1);
    return t + String(seen.get(t)).replace(/\d/g, (d) => String.fromCharCode(0x2080 + Number(d)));
  });
}

// strongest is the key with the largest weight of a query.
function strongest(weights, query) {
  let best = 0;
  for (let k = 1; k <= query; k++) if (weights[cell(query, k)] > weights[cell(query, best)]) best = k;
  return best;
}
