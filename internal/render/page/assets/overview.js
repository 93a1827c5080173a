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
  let drawing = 0; // counts the calls of draw
  return {
    // draw paints each picture; of(layer, head) returns its weights and shading. Large ones are painted one after the other, so that
    // the page answers meanwhile, unless they are wanted at once.
    draw(of, atOnce) {
      const turn = ++drawing;
      const paintFrom = (i) => {
        if (i === made.length || turn !== drawing) return;
        const { weights, shading } = of(made[i].layer, made[i].head);
        paint(made[i].canvas, n, weights, shading, 0);
        if (n > size && !atOnce) setTimeout(paintFrom, 0, i + 1);
        else paintFrom(i + 1);
      };
      if (n > size && !atOnce) setTimeout(paintFrom, 0, 0);
      else paintFrom(0);
    },
    // mark shows which is chosen.
    mark(layer, head) {
      for (const m of made) m.button.setAttribute("aria-pressed", m.layer === layer && m.head === head);
    },
  };
}
