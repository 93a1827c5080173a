// From a number to a colour, an ink or a text.

// paletteOf returns the colour [red, green, blue] and the style of each number that a cell can print, in hundredths from low to 1: numbers
// that print alike look alike. The ink is black or white, whichever has more contrast.
function paletteOf(scale, low) {
  const stops = scale.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  const steps = 100 * (1 - low);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const color = between(stops, i / steps);
    const l = luminance(color) + 0.05;
    return { color, style: `--shade: rgb(${color}); --on-shade: ${l / 0.05 >= 1.05 / l ? "#000" : "#fff"}` };
  });
}

const palettes = { 0: paletteOf(data.scale, 0), "-1": paletteOf(data.signed, -1) };

// shadeOf returns what a palette has for a weight in 0 to 1 (low is 0), or for a difference in -1 to 1 (low is -1).
function shadeOf(x, low) {
  return palettes[low][Math.round(100 * Math.min(Math.max(x, low), 1)) - 100 * low];
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

// shade lays the colour of a weight, or of a difference where low is -1, under an element. The style sheet uses the properties; print.css
// takes the weight itself.
function shade(element, x, low) {
  element.style.cssText = `${shadeOf(x, low).style}; --weight: ${Math.min(Math.abs(x), 1).toFixed(3)}`;
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
