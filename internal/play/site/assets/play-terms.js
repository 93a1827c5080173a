// What the words of the answers mean, where they stand.

// terms are words of the answers, each with what it means.
const terms = [
  [/\bnats?\b/, "nats", "the unit of effects and losses: an effect of 0.7 nats halves a probability, one of 2.3 nats makes it a tenth."],
  [/noise floor/, "noise floor", "how large an effect is where nothing matters. A smaller effect says nothing."],
  [/\bremoved\b/, "removed", "the attention to the word is taken out, and the other words get its weight. The number is the effect in nats."],
  [/\breplaced\b/, "replaced", "other words are put in the place of the word. The number is the mean effect in nats."],
  [/\brule\b/, "rule, cause words", "the grammar that drew these sentences has rules for the next word. The cause words of a rule are those that decide it."],
  [/held-out|it never saw/, "held-out", "sentences that are kept out of the training, to see how well the model predicts sentences it never saw."],
  [/\bbigrams?\b/, "bigram", "a count of which word follows which. A model that is no better has not learned from the words before the last one."],
];

// termsOf returns a fold with the meanings of the terms that a text has, or null if it has none.
function termsOf(text) {
  const found = terms.filter(([pattern]) => pattern.test(text));
  if (!found.length) return null;
  return element(
    "details",
    { class: "terms quiet" },
    element("summary", {}, `What ${found.length === 1 ? `“${found[0][1]}” means` : "these words mean"}`),
    element("dl", {}, ...found.flatMap(([, name, meaning]) => [element("dt", {}, name), element("dd", {}, meaning)])),
  );
}
