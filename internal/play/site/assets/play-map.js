// A map of the session as the components of the page want it.

// MEAN, as a layer or a head, is the mean over every one of them.
const MEAN = -1;

// spelled is a token as readers see it: spaces at its ends, line ends and what cannot be seen become visible.
function spelled(token) {
  if (token === "") return '""';
  const shown = token
    .replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length))
    .replace(/\n/g, "↵")
    .replace(/\t/g, "⇥")
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu,
      (c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
    );
  return clip(shown, 60);
}

// fromRight are the letters of scripts that are written from right to left, and fromLeft all other letters.
const fromRight = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/gu,
  fromLeft = /(?![\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])\p{L}/gu;

// directionOf returns the direction in which a text is written, that of most of its letters: "rtl" or "ltr".
function directionOf(text) {
  const count = (letters) => text.match(letters)?.length ?? 0;
  return count(fromRight) > count(fromLeft) ? "rtl" : "ltr";
}

// isolated returns a text of ours with a word of the reader's, or with several in quotes, so that their writing direction stays within
// them: an order of Hebrew words between English ones would be reversed.
function isolated(text, words = /"(?:[^"\\]|\\.)*"/g) {
  return text.replace(words, (word) => (word.match(fromRight) ? `\u2068${word}\u2069` : word));
}

// inField is a text as a field of one line has it, in which line ends cannot be seen; fromField is its inverse, for what was typed into it.
// What stands in the field unchanged is `shown` itself.
const inField = (text) => text.replaceAll("\n", "↵");
const fromField = (typed, shown) => (typed === inField(shown) ? shown : typed.replaceAll("↵", "\n"));

// readNext returns predictions with their words as readers see them.
function readNext(list) {
  return list.map(({ word, probability }) => ({ word: spelled(word), probability }));
}

// readMap returns the map of a reply: {tokens (spelled), words (repeated ones numbered), layers, heads, unknown (a Set of positions),
// omitted (a number of tokens), nextAt (the next words after each position), weights(layer, head) (flat cells; MEAN for the mean)}.
function readMap(map) {
  const tokens = map.tokens.map(spelled);
  const seq = tokens.length,
    layers = map.attention.length,
    heads = map.attention[0].length;
  const cache = new Map();
  const flat = (rows) => {
    const cells = new Float64Array(cell(seq, 0));
    for (let q = 0, i = 0; q < seq; q++) for (let k = 0; k <= q; k++, i++) cells[i] = rows[q][k];
    return cells;
  };
  const mean = (layer, head) => {
    const sum = new Float64Array(cell(seq, 0));
    let count = 0;
    for (let l = 0; l < layers; l++) {
      for (let h = 0; h < heads; h++) {
        if ((layer !== MEAN && layer !== l) || (head !== MEAN && head !== h)) continue;
        count++;
        for (let q = 0, i = 0; q < seq; q++) for (let k = 0; k <= q; k++, i++) sum[i] += map.attention[l][h][q][k];
      }
    }
    return sum.map((w) => w / count);
  };
  const nextAt = (map.nextAt ?? []).map(readNext);
  nextAt[seq - 1] = readNext(map.next ?? []);
  return {
    tokens,
    words: numbered(tokens),
    direction: directionOf((map.text ?? tokens.join(" ")).slice(0, 4000)),
    layers,
    heads,
    nextAt,
    omitted: map.omitted ?? 0, // tokens at the beginning of the text that are not read
    joined: map.text !== undefined && map.text.endsWith(map.tokens.join("")) && seq > 1,
    unknown: new Set((map.unknown ?? []).flatMap((u, i) => (u ? [i] : []))),
    weights(layer, head) {
      const key = `${layer} ${head}`;
      if (!cache.has(key)) cache.set(key, layer === MEAN || head === MEAN ? mean(layer, head) : flat(map.attention[layer][head]));
      return cache.get(key);
    },
  };
}

// headName names a choice of layer and head for people, who count from 1.
function headName(map, layer, head) {
  if (layer === MEAN && head === MEAN) return map.layers * map.heads > 1 ? "mean of all heads" : "the only head";
  if (head === MEAN) return `mean of layer ${layer + 1}`;
  return map.layers > 1 ? `layer ${layer + 1}, head ${head + 1}` : `head ${head + 1}`;
}

// percent writes a probability as people say it.
function percent(p) {
  if (p >= 0.995 && p < 1) return "over 99 %";
  if (p > 0 && p < 0.005) return "under 1 %";
  return `${Math.round(100 * p)} %`;
}
