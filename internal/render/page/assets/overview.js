// Small pictures of every layer and head, and of their means, to choose from.

// makeOverview builds a button for each of the choices {layer, head, name, title}, `columns` in a row (0: as many as fit), and returns how
// to draw them. n is the number of tokens.
function makeOverview(place, choices, columns, n, choose) {
  const size = within(3 * n, 112) < 72 ? 72 : within(3 * n, 112);
  const made = choices.map(({ layer, head, name, title }) => {
    const canvas = element("canvas", { width: n, height: n, "aria-hidden": "true" });
    const button = element("button", { type: "button", "aria-label": `${name}: ${title}`, title },
      canvas, element("span", { class: "name", "aria-hidden": "true" }, name));
    button.onclick = () => choose(layer, head);
    return { layer, head, canvas, button };
  });
  place.style.gridTemplateColumns = columns ? `repeat(${columns}, minmax(2.2rem, ${size}px))` : `repeat(auto-fill, ${size}px)`;
  place.classList.toggle("fine", n > size);
  place.replaceChildren(...made.map((m) => m.button));
  return {
    // draw paints each picture; of(layer, head) returns its weights and shading.
    draw(of) {
      for (const { layer, head, canvas } of made) {
        const { weights, shading } = of(layer, head);
        paint(canvas, n, weights, shading, 0);
      }
    },
    // mark shows which is chosen.
    mark(layer, head) {
      for (const m of made) m.button.setAttribute("aria-pressed", m.layer === layer && m.head === head);
    },
  };
}
