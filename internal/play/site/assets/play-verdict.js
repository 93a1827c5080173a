// What a training amounts to, in words, with what to do about it at one click.

// drawVerdict shows {words, remedies}, and why the training stopped; a verdict of null hides it. apply(remedy) is called for a click.
function drawVerdict(place, verdict, reason, apply) {
  place.hidden = !verdict;
  if (!verdict) return place.replaceChildren();
  const [first, ...more] = verdict.words;
  place.replaceChildren(
    element("h3", {}, "Verdict"),
    element("p", {}, [reason, first].filter(Boolean).join(" ")),
    ...verdict.remedies.map((remedy) => {
      const button = element("button", { type: "button" }, remedy.label);
      button.onclick = () => apply(remedy);
      return element("p", { class: "remedies" }, button);
    }),
    element(
      "div",
      { class: "folds" },
      ...(more.length ? [element("details", { class: "quiet" }, element("summary", {}, "More"), ...more.map((words) => element("p", {}, words)))] : []),
      ...[termsOf(verdict.words.join(" "))].filter(Boolean),
    ),
  );
}
