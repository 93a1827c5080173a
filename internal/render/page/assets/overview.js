// Small pictures of every layer and head, and of their means, to choose from.

// makeOverview builds a button for each choice and returns how to draw them.
function makeOverview(place, sentence, choose) {
  const s = data.sentences[sentence];
  const n = s.tokens.length;
  const layers = s.layers > 1 ? [MEAN, ...Array(s.layers).keys()] : [0];
  const heads = s.heads > 1 ? [MEAN, ...Array(s.heads).keys()] : [0];
  const size = Math.min(Math.max(3 * n, 72), 112);
  const made = [];
  for (const layer of layers) {
    for (const head of heads) {
      const canvas = element("canvas", { width: n, height: n, "aria-hidden": "true" });
      const name = layer === MEAN ? (head === MEAN ? "mean" : `head ${head + 1}`)
        : head === MEAN ? (s.layers > 1 ? `layer ${layer + 1}` : "mean") : s.layers > 1 ? `${layer + 1}.${head + 1}` : `head ${head + 1}`;
      const full = nameOf(sentence, layer, head);
      const button = element("button", { type: "button", "aria-label": `${name}: ${full}`, title: full },
        canvas, element("span", { class: "name", "aria-hidden": "true" }, name));
      button.onclick = () => choose(layer, head);
      made.push({ layer, head, canvas, button });
    }
  }
  // A row for each layer; the heads of a single layer fold as they must.
  place.style.gridTemplateColumns = layers.length > 1 ? `repeat(${heads.length}, minmax(3rem, ${size}px))` : `repeat(auto-fill, ${size}px)`;
  place.replaceChildren(...made.map((m) => m.button));
  const panel = byId("overview-panel");
  panel.hidden = made.length === 1;
  panel.parentElement.classList.toggle("wide", layers.length > 1 && heads.length > 6);
  return {
    // draw paints each picture, a pixel for each cell; the future stays clear.
    draw(frame) {
      for (const { layer, head, canvas } of made) {
        const weights = weightsOf(sentence, frame, layer, head);
        const image = new ImageData(n, n);
        for (let q = 0; q < n; q++) {
          for (let k = 0; k <= q; k++) {
            image.data.set([...shadeOf(weights[cell(q, k)], 0).color, 255], 4 * (q * n + k));
          }
        }
        canvas.getContext("2d").putImageData(image, 0, 0);
      }
    },
    // mark shows which is chosen.
    mark(layer, head) {
      for (const m of made) m.button.setAttribute("aria-pressed", m.layer === layer && m.head === head);
    },
  };
}
