// What is cut: attention between two words, and heads that are ablated. The session changes the shown forward pass alone.

// makeCuts returns the list of interventions and how to change it. `on` has changed() and text(intervention), words for one.
function makeCuts(place, on) {
  let list = []; // of {layer, head} or {layer, head, query, key}
  const same = (a, b) => a.layer === b.layer && a.head === b.head && a.query === b.query && a.key === b.key;
  const toggle = (one) => {
    const kept = list.filter((other) => !same(one, other));
    list = kept.length < list.length ? kept : [...list, one];
    on.changed();
  };
  byId("cuts-restore").onclick = () => {
    list = [];
    on.changed();
    byId("figure").querySelector(".token[tabindex='0']")?.focus();
  };
  return {
    list: () => list,
    toggle,
    // clear drops the interventions for which `drops` is true.
    clear(drops = () => true) {
      const before = list.length;
      list = list.filter((one) => !drops(one));
      return list.length < before;
    },
    // set takes a list as it is, as from an address.
    set(cuts) {
      list = cuts;
    },
    headOff: (layer, head) => list.some((c) => c.query === undefined && c.layer === layer && c.head === head),
    // edgeCut reports whether the attention is removed in every head that is shown.
    edgeCut: (layer, head, query, key) =>
      list.some(
        (c) =>
          c.query === query && c.key === key && (c.layer === MEAN || c.layer === layer) && (c.head === MEAN || c.head === head),
      ),
    draw() {
      byId("cuts").hidden = list.length === 0;
      byId("cuts-list").replaceChildren(
        ...list.map((one) => {
          const restore = element("button", { type: "button", "aria-label": `restore ${on.text(one)}` }, "Restore");
          restore.onclick = () => {
            toggle(one);
            (byId("cuts-list").querySelector("button") ?? byId("figure").querySelector(".token[tabindex='0']"))?.focus();
          };
          return element("li", {}, element("span", { translate: "no" }, on.text(one)), " ", restore);
        }),
      );
    },
  };
}
