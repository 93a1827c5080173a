"use strict";

// The numbers of the page, read from the JSON in it. Nothing here computes attention: weights, scores and
// vectors are those of the model, a mean is the mean of them.

const data = JSON.parse(document.getElementById("data").textContent);

// MEAN, as a layer or a head, is the mean over every one of them.
const MEAN = -1;

// floats reads float32 numbers from the base64 of their little-endian bytes.
function floats(base64) {
  const text = atob(base64);
  const bytes = new DataView(new ArrayBuffer(text.length));
  for (let i = 0; i < text.length; i++) bytes.setUint8(i, text.charCodeAt(i));
  const numbers = new Float32Array(text.length / 4);
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes.getFloat32(4 * i, true);
  return numbers;
}

// cell is the place of a weight among those of a head: row q has the keys 0 to q.
function cell(query, key) {
  return query * (query + 1) / 2 + key;
}

// decoded keeps what has been read, by its base64 text.
const decoded = new Map();

function read(base64) {
  if (!decoded.has(base64)) decoded.set(base64, floats(base64));
  return decoded.get(base64);
}

// weightsOf returns the weights of one head, or the mean of several, [cell].
function weightsOf(sentence, frame, layer, head) {
  const all = read(data.frames[frame].sentences[sentence].weights);
  const chosen = headsOf(sentence, layer, head).map((c) => cellsOf(all, sentence, c.layer, c.head));
  if (chosen.length === 1) return chosen[0];
  const mean = new Float64Array(chosen[0].length);
  for (const cells of chosen) cells.forEach((weight, i) => { mean[i] += weight; });
  return mean.map((sum) => sum / chosen.length);
}

// cellsOf returns the weights, or the scores, of one head out of those of all, [cell].
function cellsOf(all, sentence, layer, head) {
  const s = data.sentences[sentence];
  const span = cell(s.tokens.length, 0);
  const start = (layer * s.heads + head) * span;
  return all.subarray(start, start + span);
}

// headsOf lists the heads that a choice stands for.
function headsOf(sentence, layer, head) {
  const s = data.sentences[sentence];
  const list = [];
  for (let l = 0; l < s.layers; l++) {
    for (let h = 0; h < s.heads; h++) {
      if ((layer === MEAN || layer === l) && (head === MEAN || head === h)) list.push({ layer: l, head: h });
    }
  }
  return list;
}

// vectorOf returns the vector of one kind ("query", "key", "value") at a position in a head, [headDim].
function vectorOf(sentence, kind, layer, head, position) {
  const s = data.sentences[sentence];
  const n = s.vectors.headDim;
  const first = (layer * s.heads + head) * s.tokens.length;
  return read(s.vectors[kind]).subarray((first + position) * n, (first + position + 1) * n);
}

// nameOf names a choice of layer and head for people.
function nameOf(sentence, layer, head) {
  return data.sentences[sentence].titles[1 + layer][1 + head];
}

// numbered returns the words of a sentence, those that it repeats with the number of their place: the₂.
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

// strongest is the key that a query looks at most.
function strongest(weights, query) {
  let best = 0;
  for (let k = 1; k <= query; k++) if (weights[cell(query, k)] > weights[cell(query, best)]) best = k;
  return best;
}
