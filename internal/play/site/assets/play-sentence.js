// The sentence, large: arcs from the word that is pointed at to the words that it attends to, and behind the sentence the word that the
// model predicts, pale.

// leastArc is the weight from which on an arc is drawn; leastNumber the one from which on its number stands over the word.
const leastArc = 0.005,
  leastNumber = 0.05;

// roomy is the most tokens whose own predictions stand below each of them.
const roomy = 12;

// leastFit is how much smaller than others a sentence is written, so that it has one row; on a wide screen, whose letters are large, still
// smaller down to leastSize, in pixels.
const leastFit = 0.72,
  leastSize = 20;

// makeSentence returns how to draw a sentence. `on` has point(query or null), pin(query) and cut(query, key).
function makeSentence(place, on) {
  let map = null,
    tokens = [],
    boxes = [],
    arcs = [],
    shownQuery = -1,
    pinned = 0,
    joined = "";
  const ghost = element(
    "span",
    { class: "ghost", "aria-hidden": "true" },
    element("span", { class: "word", translate: "no" }),
    " ",
    element("span", { class: "chance" }),
  );
  const list = element("div", {
    class: "tokens",
    role: "listbox",
    "aria-orientation": "horizontal",
    "aria-label": "words of the sentence: choose one to see what it attends to",
  });
  const svg = drawing("svg", { class: "arcs", role: "group", tabindex: "-1", "aria-label": "arcs: Enter cuts or restores one" });
  const figure = element("div", { class: "sentence" }, list, svg);
  place.replaceChildren(figure);

  const at = (event) => tokens.findIndex((t) => t.button === event.target.closest(".token"));
  list.addEventListener("pointerover", (event) => {
    if (at(event) >= 0) on.point(at(event));
  });
  figure.addEventListener("pointerleave", () => on.point(null));
  for (const arrival of ["focusin", "click"]) {
    list.addEventListener(arrival, (event) => {
      if (at(event) >= 0) on.pin(at(event));
    });
  }
  // onwards is how far an arrow to the right leads in the order of the words; Home and End lead far.
  const onwards = (right) => (map.direction === "rtl" && Math.abs(right) === 1 ? -right : right);
  listenToWalk(list, (down, right) => {
    if (tokens.length) tokens[within(pinned + down + onwards(right), tokens.length - 1)].button.focus();
  });
  listenToWalk(
    svg,
    (down, right) => {
      const there = arcs.filter((a) => !a.group.hasAttribute("hidden"));
      const now = there.findIndex((a) => a.group === document.activeElement);
      if (there.length) there[within(now + down + onwards(right), there.length - 1)].group.focus();
    },
    () => {
      const arc = arcs.find((a) => a.group === document.activeElement);
      if (arc) on.cut(shownQuery, arc.key);
    },
  );
  svg.addEventListener("click", (event) => {
    const arc = arcs.find((a) => a.group === event.target.closest(".arc"));
    if (arc) on.cut(shownQuery, arc.key);
  });
  svg.addEventListener("focusin", (event) => {
    const arc = event.target.closest(".arc");
    if (!arc) return; // the figure itself, clicked beside its arcs
    for (const a of arcs) a.group.setAttribute("tabindex", a.group === arc ? "0" : "-1");
  });

  // build makes the words anew; it is only called when they change, so that what is focused stays.
  function build() {
    const focused = tokens.findIndex((t) => t.button === document.activeElement);
    tokens = map.tokens.map((word, i) => {
      const weight = element("span", { class: "weight", "aria-hidden": "true" });
      const after = element("span", { class: "after", "aria-hidden": "true", translate: "no" });
      const shown = wordElement(map.joined ? word.replaceAll("␣", " ") : word, map.unknown.has(i));
      const button = element(
        "span",
        { class: "token", role: "option", tabindex: "-1", "aria-selected": "false", "aria-label": map.words[i] },
        weight,
        shown,
        after,
      );
      return { button, weight, after };
    });
    arcs = map.tokens.map((_, key) => {
      const hit = drawing("path", { class: "hit" }),
        line = drawing("path", { class: "line" }),
        cross = drawing("path", { class: "cross" });
      const group = drawing("g", { class: "arc", role: "button", tabindex: "-1", hidden: "", "data-key": key }, hit, line, cross);
      return { key, group, hit, line, cross };
    });
    svg.replaceChildren(...arcs.map((a) => a.group));
    list.replaceChildren(
      ...tokens.flatMap((t, i) => (map.tokens[i].endsWith("↵") && map.joined ? [t.button, element("br", {})] : [t.button])),
      ghost,
    );
    list.dir = map.direction;
    figure.classList.toggle("many", map.tokens.length > roomy);
    figure.classList.toggle("long", map.tokens.length > (map.joined ? 120 : 40));
    figure.classList.toggle("joined", map.joined);
    pinned = within(pinned, tokens.length - 1);
    if (focused >= 0) tokens[within(focused, tokens.length - 1)].button.focus();
  }

  // measure reads where the words stand; drawing never does, so that it never waits for a layout.
  function measure() {
    if (!map) return;
    // A sentence that is a little too long for one row, with the word behind it, is written smaller.
    figure.style.setProperty("--fit", 1);
    const size = parseFloat(getComputedStyle(list).fontSize);
    const wanted = tokens.reduce((sum, { button }) => sum + button.offsetWidth + 5, 6 * size);
    const fit = figure.clientWidth / wanted;
    if (fit < 1 && (fit >= leastFit || fit * size >= leastSize) && !map.joined) figure.style.setProperty("--fit", (fit - 0.02).toFixed(3));
    const rows = new Set(tokens.map((t) => t.button.offsetTop)).size;
    const ends = tokens.flatMap(({ button }) => [button.offsetLeft, button.offsetLeft + button.offsetWidth]);
    const widest = Math.max(...ends) - Math.min(...ends);
    const arch = rows > 1 ? (map.joined ? 30 : 44) : within(36 + widest * 0.17, 190);
    figure.style.setProperty("--arch", `${Math.round(arch)}px`);
    boxes = tokens.map(({ button }) => ({
      x: button.offsetLeft + button.offsetWidth / 2,
      top: button.offsetTop,
      bottom: button.offsetTop + button.offsetHeight,
      row: button.offsetTop,
    }));
    boxes.arch = arch;
    boxes.width = figure.clientWidth;
    svg.setAttribute("viewBox", `0 0 ${figure.clientWidth} ${figure.clientHeight}`);
    svg.setAttribute("width", figure.clientWidth);
    svg.setAttribute("height", figure.clientHeight);
  }

  // pathOf is the arc from a query to a key: an arch over words of one row, and else a curve up to the row of the key.
  function pathOf(query, key) {
    const from = boxes[query],
      to = boxes[key];
    if (query === key) return { d: `M${from.x - 7} ${from.top}c-14 -26 28 -26 14 0`, x: from.x, y: from.top - 20 };
    if (from.row === to.row) {
      const height = (within(14 + Math.abs(from.x - to.x) * 0.22, boxes.arch - 8) * 4) / 3;
      const y = from.top - height;
      return {
        d: `M${from.x} ${from.top}C${from.x} ${y} ${to.x} ${y} ${to.x} ${to.top}`,
        x: (from.x + to.x) / 2,
        y: from.top - height * 0.75,
      };
    }
    const middle = (from.top + to.bottom) / 2;
    return {
      d: `M${from.x} ${from.top}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.bottom}`,
      x: (from.x + to.x) / 2,
      y: middle,
    };
  }

  function drawArcs({ weights, query, isCut, headText }) {
    let first = null;
    for (const { key, group, hit, line, cross } of arcs) {
      const weight = key <= query ? weights[cell(query, key)] : 0;
      const cut = key <= query && isCut(query, key);
      const there = key <= query && (cut || weight >= leastArc);
      group.toggleAttribute("hidden", !there);
      if (!there) continue;
      const { d, x, y } = pathOf(query, key);
      hit.setAttribute("d", d);
      line.setAttribute("d", d);
      line.setAttribute("stroke-width", cut ? "2" : (0.75 + 8 * weight).toFixed(2));
      line.setAttribute("stroke-opacity", cut ? "1" : (0.25 + 0.75 * weight).toFixed(3));
      group.classList.toggle("cut", cut);
      group.setAttribute("aria-pressed", cut);
      cross.setAttribute("d", cut ? `M${x - 6} ${y - 6}l12 12m0 -12l-12 12` : "");
      group.setAttribute(
        "aria-label",
        cut
          ? `${map.words[query]} to ${map.words[key]} is cut, ${headText}: restore`
          : `${map.words[query]} attends to ${map.words[key]}, weight ${short(weight)}, ${headText}: cut`,
      );
      if (!first || (!cut && weight > first.weight)) first = { group, weight };
    }
    const focused = arcs.some(
      (a) => a.group.getAttribute("tabindex") === "0" && !a.group.hasAttribute("hidden") && query === shownQuery,
    );
    if (!focused) for (const a of arcs) a.group.setAttribute("tabindex", first && a.group === first.group ? "0" : "-1");
    shownQuery = query;
  }

  new ResizeObserver(() => {
    measure();
    if (joined) redraw();
  }).observe(place);
  let last = null;
  const redraw = () => {
    if (last) drawArcs(last);
  };
  return {
    // draw shows a map of {map, weights (cells of the head shown), shading, query, isCut(query, key), headText}.
    draw(view) {
      map = view.map;
      const key = JSON.stringify([map.tokens, [...map.unknown]]);
      const anew = key !== joined;
      if (anew) {
        joined = key;
        build();
      }
      last = view;
      tokens.forEach(({ button, weight, after }, k) => {
        const w = k <= view.query ? view.weights[cell(view.query, k)] : 0;
        const lit = k <= view.query && w >= leastArc;
        button.classList.toggle("active", k === view.query);
        button.classList.toggle("later", k > view.query);
        button.classList.toggle("lit", lit);
        button.style.cssText = lit ? view.shading(view.query, k).style : "";
        weight.textContent = lit && w >= leastNumber && !map.joined ? short(w) : "";
        const next = map.nextAt[k]?.[0];
        after.textContent = tokens.length <= roomy && next && k < tokens.length - 1 ? `${map.direction === "rtl" ? "←" : "→"} ${next.word}` : "";
      });
      const next = map.nextAt[tokens.length - 1]?.[0];
      ghost.firstChild.textContent = next ? next.word : "";
      ghost.lastChild.textContent = next ? percent(next.probability) : "";
      if (anew) measure();
      drawArcs(view);
    },
    // pin marks the word that stays when nothing is pointed at; it is the one that Tab reaches.
    pin(query) {
      tokens.forEach(({ button }, i) => {
        button.tabIndex = i === query ? 0 : -1;
        button.setAttribute("aria-selected", i === query);
      });
      pinned = query;
    },
    // places returns what a picture of the sentence needs: its size, and where words and arcs stand.
    places() {
      measure();
      return {
        width: figure.clientWidth,
        height: figure.clientHeight,
        boxes,
        ghost: { left: ghost.offsetLeft, right: ghost.offsetLeft + ghost.offsetWidth, y: ghost.offsetTop + ghost.offsetHeight / 2 },
        tokens: tokens.map(({ button }) => ({
          left: button.offsetLeft,
          top: button.offsetTop,
          width: button.offsetWidth,
          height: button.offsetHeight,
        })),
        arcs: arcs
          .filter((a) => !a.group.hasAttribute("hidden"))
          .map((a) => ({
            d: a.line.getAttribute("d"),
            width: Number(a.line.getAttribute("stroke-width")),
            opacity: Number(a.line.getAttribute("stroke-opacity")),
            cut: a.group.classList.contains("cut"),
            cross: a.cross.getAttribute("d"),
          })),
        size: parseFloat(getComputedStyle(list).fontSize),
      };
    },
  };
}
