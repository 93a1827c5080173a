// The numbers of this page, read from the JSON in it. Nothing here computes attention: weights, scores and vectors are those of
// the model, and a mean is the mean of them.

const data = JSON.parse(byId("data").textContent);

// MEAN, as a layer or a head, is the mean over every one of them.
const MEAN = -1;

// read returns the float32 numbers of a field, which holds the base64 of their little-endian bytes until it is first read.
function read(owner, field) {
  if (typeof owner[field] === "string") {
    const text = atob(owner[field]);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    owner[field] = new Float32Array(bytes.buffer);
  }
  return owner[field];
}

// weightsOf returns the weights of one head, or the mean of several, [cell].
function weightsOf(sentence, frame, layer, head) {
  const all = read(data.frames[frame].sentences[sentence], "weights");
  const chosen = headsOf(sentence, layer, head).map((c) => cellsOf(all, sentence, c.layer, c.head));
  if (chosen.length === 1) return chosen[0];
  const mean = new Float64Array(chosen[0].length);
  for (const cells of chosen) for (let i = 0; i < mean.length; i++) mean[i] += cells[i];
  for (let i = 0; i < mean.length; i++) mean[i] /= chosen.length;
  return mean;
}

// normsOf returns the norms of what the attention of one head adds, of the sum of all heads of a layer, or the mean over the layers, [cell]:
// they follow from the weights and the dot products of what the heads add with a weight of 1.
function normsOf(sentence, layer, head) {
  const s = data.sentences[sentence];
  const n = s.tokens.length;
  const all = read(data.frames[0].sentences[sentence], "weights"), products = read(s, "products");
  const list = (chosen, count) => (chosen === MEAN ? [...Array(count).keys()] : [chosen]);
  const layers = list(layer, s.layers), heads = list(head, s.heads);
  const norms = new Float64Array(cell(n, 0));
  for (const l of layers) {
    const weights = heads.map((h) => cellsOf(all, sentence, l, h));
    for (let q = 0; q < n; q++) {
      for (let k = 0; k <= q; k++) {
        const at = cell(q, k);
        let square = 0;
        heads.forEach((a, i) => heads.forEach((b, j) => {
          square += weights[i][at] * weights[j][at] * products[((l * n + k) * s.heads + a) * s.heads + b];
        }));
        norms[at] += Math.sqrt(Math.max(0, square)) / layers.length;
      }
    }
  }
  return norms;
}

// sharesOf returns numbers divided by the sum of their row, [cell]; a row of zeros stays one.
function sharesOf(cells, n) {
  const shares = new Float64Array(cells.length);
  for (let q = 0; q < n; q++) {
    let sum = 0;
    for (let i = cell(q, 0); i < cell(q + 1, 0); i++) sum += cells[i];
    if (sum > 0) for (let i = cell(q, 0); i < cell(q + 1, 0); i++) shares[i] = cells[i] / sum;
  }
  return shares;
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
  return read(s.vectors, kind).subarray((first + position) * n, (first + position + 1) * n);
}

// nameOf names a choice of layer and head for people.
function nameOf(sentence, layer, head) {
  return data.sentences[sentence].titles[1 + layer][1 + head];
}
