// From a number to a colour, an ink or a text.

const parsed = (scale) => scale.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
const stops = parsed(data.scale);
const signedStops = parsed(data.signed);

// printed is the number that a cell prints: two decimals, in low to 1. Colours follow it, so that numbers that
// print alike look alike.
function printed(x, low) {
  return Math.round(Math.min(Math.max(x, low), 1) * 100) / 100;
}

// between is the colour at a share of 0 to 1 of a scale, as [red, green, blue].
function between(stops, share) {
  const at = share * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((a, i) => Math.round(a + (at - low) * (stops[low + 1][i] - a)));
}

// rgb is the colour of a weight in 0 to 1, signedRGB that of a difference in -1 to 1.
function rgb(weight) {
  return between(stops, printed(weight, 0));
}

function signedRGB(difference) {
  return between(signedStops, (printed(difference, -1) + 1) / 2);
}

// luminance is the relative luminance of WCAG 2.2.
function luminance(color) {
  const [r, g, b] = color.map((v) => {
    const x = v / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// shade lays the colour of a weight under an element, with black or white ink, whichever has more
// contrast. The style sheet uses the properties; print.css takes the weight itself.
function shade(element, weight) {
  lay(element, rgb(weight), weight);
}

// shadeSigned does the same for a difference.
function shadeSigned(element, difference) {
  lay(element, signedRGB(difference), Math.abs(difference));
}

function lay(element, color, weight) {
  const l = luminance(color) + 0.05;
  element.style.setProperty("--shade", `rgb(${color})`);
  element.style.setProperty("--on-shade", l / 0.05 >= 1.05 / l ? "#000" : "#fff");
  element.style.setProperty("--weight", Math.min(weight, 1).toFixed(3));
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
