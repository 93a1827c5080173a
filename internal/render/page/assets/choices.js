// Choosing what of a map is shown.

// few is the most tokens that are shown as lines and a table with numbers; more are shown as running text and a canvas.
const few = 20;

// clip cuts a text for a place where no style can.
function clip(text, most) {
  const characters = Array.from(text);
  return characters.length > most ? characters.slice(0, most).join("") + "…" : text;
}

// fillChoice offers the mean and each layer or head; one alone is no choice.
function fillChoice(id, count) {
  const options = count > 1 ? [element("option", { value: MEAN }, `mean of ${count}`)] : [];
  for (let i = 0; i < count; i++) options.push(element("option", { value: i }, String(i + 1)));
  byId(id).replaceChildren(...options);
  byId(`choose-${id}`).hidden = count === 1;
}
