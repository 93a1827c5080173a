// From a number to a colour, an ink or a text.

// makePalette returns the colours of one background: for each kind of number ("weights", "sink", "differences") a list of
// {color, packed, style}, one for each hundredth from the lowest number to 1.
function makePalette(colors) {
  const kind = (stops, low) => {
    const rgb = stops.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
    const steps = 100 * (1 - low);
    return Array.from({ length: steps + 1 }, (_, i) => {
      const color = between(rgb, i / steps);
      const l = luminance(color) + 0.05;
      return {
        color,
        packed: (255 << 24 | color[2] << 16 | color[1] << 8 | color[0]) >>> 0, // as the pixels of a canvas
        style: `--shade: rgb(${color}); --on-shade: ${l / 0.05 >= 1.05 / l ? "#000" : "#fff"}`,
      };
    });
  };
  return { weights: kind(colors.weights, 0), sink: kind(colors.sink, 0), differences: kind(colors.differences, -1) };
}

// scalings are the ways from a weight to the share of the scale that its colour stands at. Differences keep their sign.
const scalings = {
  linear: { name: "0 to 1", note: "Colours run from 0 to 1.", ticks: ["0", ".25", ".5", ".75", "1"] },
  root: {
    name: "square root",
    note: "Colours follow the square root of the weight, so that small weights show.",
    ticks: ["0", ".06", ".25", ".56", "1"],
  },
  row: {
    name: "largest of the row",
    note: "Colours run from 0 to the largest weight of each row, or to 4 times an even spread where that is larger.",
    ticks: ["0", "largest of its row"],
  },
};

// makeShading returns the colour of each cell of a view: shading(query, key) is an entry of the palette. `sink`: the first key is an
// attention sink. `signed`: the weights are differences.
function makeShading(palette, weights, { scaling, sink, signed }) {
  const largest = []; // of a row, known once it is asked for; an even row is not as dark as one with a large weight
  const largestOf = (query) => {
    let most = 0;
    for (let i = cell(query, 0); i < cell(query + 1, 0); i++) most = Math.max(most, Math.abs(weights[i]));
    return Math.max(most, Math.min(1, 4 / (query + 1)));
  };
  return (query, key) => {
    const weight = weights[cell(query, key)];
    let share = Math.min(Math.abs(weight), 1);
    if (scaling === "root") share = Math.sqrt(share);
    if (scaling === "row") share = Math.min(share / (largest[query] ??= largestOf(query)), 1);
    if (signed) return palette.differences[100 + Math.round(100 * (weight < 0 ? -share : share))];
    return (sink && key === 0 ? palette.sink : palette.weights)[Math.round(100 * share)];
  };
}

// between is the colour at a share of 0 to 1 of a scale, as [red, green, blue].
function between(stops, share) {
  const at = share * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((a, i) => Math.round(a + (at - low) * (stops[low + 1][i] - a)));
}

// luminance is the relative luminance of WCAG 2.2.
function luminance(color) {
  const [r, g, b] = color.map((v) => {
    const x = v / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// short writes a weight as a cell does: .52, 1.0.
function short(weight) {
  const text = Math.min(weight, 1).toFixed(2);
  return text === "1.00" ? "1.0" : text.slice(1);
}

// shortSigned writes a difference as a cell does: +.52, −.07, and .00 without a sign.
function shortSigned(difference) {
  const text = short(Math.abs(difference));
  return text === ".00" ? text : (difference < 0 ? "−" : "+") + text;
}

// exact writes a weight or a score where there is room.
function exact(x) {
  return x.toFixed(4);
}

// component writes a number of a vector: four digits, very small ones as powers of ten.
function component(x) {
  if (x !== 0 && Math.abs(x) < 0.001) return x.toExponential(1);
  return x.toPrecision(4);
}
