// Cards of the heads: a small picture of its map, its name in plain words, and a button that ablates it.

// makeHeads returns how to draw the cards. `on` has choose(layer, head), toggle(layer, head) and off(layer, head).
function makeHeads(place, on) {
  let cards = [],
    shape = "";
  const build = (map) => {
    const list = [];
    if (map.layers * map.heads > 1) list.push([MEAN, MEAN]);
    for (let l = 0; l < map.layers; l++) for (let h = 0; h < map.heads; h++) list.push([l, h]);
    cards = list.map(([layer, head]) => {
      const title = headName(map, layer, head);
      const canvas = element("canvas", { "aria-hidden": "true" });
      const words = element("span", { class: "words" });
      const show = element(
        "button",
        { type: "button", class: "show", "aria-pressed": "false" },
        canvas,
        element("span", { class: "name" }, layer === MEAN ? "mean" : map.layers > 1 ? `${layer + 1}.${head + 1}` : title),
      );
      show.setAttribute("aria-label", `show ${title}`);
      show.onclick = () => on.choose(layer, head);
      const card = element("div", { class: "card" }, show);
      const power = element("button", { type: "button", class: "ablate", "aria-pressed": "false" }, "Ablate");
      if (layer !== MEAN) {
        power.setAttribute("aria-label", `ablate ${title}: set its output to 0`);
        power.onclick = () => on.toggle(layer, head);
        card.append(power);
      }
      card.append(words);
      return { layer, head, title, card, canvas, show, power, words };
    });
    place.replaceChildren(...cards.map((c) => c.card));
  };
  return {
    // draw paints every head; shadingOf(weights) returns the colours.
    draw(map, layer, head, shadingOf) {
      const key = `${map.layers} ${map.heads}`;
      if (key !== shape) build(map);
      shape = key;
      const n = map.tokens.length;
      for (const c of cards) {
        const weights = map.weights(c.layer, c.head);
        paint(c.canvas, n, weights, shadingOf(weights), 0);
        const off = c.layer !== MEAN && on.off(c.layer, c.head);
        c.show.setAttribute("aria-pressed", c.layer === layer && c.head === head);
        c.card.classList.toggle("off", off);
        c.power.setAttribute("aria-pressed", off);
        const text = off ? "Ablated" : "Ablate";
        if (c.power.textContent !== text) c.power.textContent = text;
      }
    },
    // names shows what each head does, or takes it away (null).
    names(list) {
      for (const c of cards) {
        const found = list?.find((h) => h.layer === c.layer && h.head === c.head);
        c.words.replaceChildren(...(found ? [element("b", {}, found.name), `: ${isolated(found.sentence)}.`] : []));
        const [example] = found?.examples ?? [];
        if (!example) continue;
        const { query, key, weight, text } = example;
        c.words.append(" For example ", wordElement(spelled(query), false), " to ", wordElement(spelled(key), false), `, weight ${short(weight)}.`);
        c.words.title = text;
      }
      place.classList.toggle("named", Boolean(list));
    },
  };
}
