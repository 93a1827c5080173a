// A sentence as running text. One token is chosen; the background of every token before it is the weight that the chosen one gives it.

// makeText builds the text and returns how to draw on it. `joined`: the tokens hold the spaces between words. `on` has point(query, key),
// leave() and pin(query).
function makeText(place, tokens, unknown, joined, on) {
  const spans = tokens.map((t, i) => element("span", {
    class: unknown.has(i) ? "token unknown" : "token", role: "option", tabindex: "-1", "aria-selected": "false", translate: "no", title: t,
  }, joined ? t.replaceAll("␣", " ") : t));
  const text = element("div", {
    id: "text", class: joined ? "joined" : "", dir: "auto",
    role: "listbox", "aria-orientation": "horizontal", "aria-label": "words of the text",
  }, ...spans.flatMap((span, i) => !joined ? [span, " "] : tokens[i].endsWith("↵") ? [span, element("br", {})] : [span]));
  place.replaceChildren(text);
  let pinned = 0;
  const at = (event) => spans.indexOf(event.target.closest(".token"));
  text.addEventListener("pointerover", (event) => {
    if (at(event) >= 0) on.point(at(event), null);
  });
  text.addEventListener("pointerleave", () => on.leave());
  for (const arrival of ["focusin", "click"]) {
    text.addEventListener(arrival, (event) => {
      if (at(event) >= 0) on.pin(at(event));
    });
  }
  listenToWalk(text, (down, right) => spans[within(pinned + down + right, spans.length - 1)].focus());
  return {
    // draw colours the text by the row of one token.
    draw(shading, query) {
      spans.forEach((span, k) => {
        span.classList.toggle("later", k > query);
        span.classList.toggle("active", k === query);
        span.style.cssText = k <= query ? shading(query, k).style : "";
      });
    },
    // pin marks the token that stays when nothing is pointed at; it is the one that Tab reaches.
    pin(query) {
      spans[pinned].tabIndex = -1;
      spans[pinned].setAttribute("aria-selected", "false");
      pinned = query;
      spans[pinned].tabIndex = 0;
      spans[pinned].setAttribute("aria-selected", "true");
    },
  };
}
