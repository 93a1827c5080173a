#!/usr/bin/env python3
"""Losses of models that count, computed apart from the Go code that they check.

    make.py           writes baselines.json beside this file
    make.py --check   computes it again and compares it with the file; exit status 1 if they differ

Interpolated Witten-Bell smoothing in exact fractions, by recursion over the context:

    P(w | h) = (c(h, w) + t(h) P(w | h without its first token)) / (c(h) + t(h)),   below the empty context 1 / vocab

Each text is {vocab, train, heldout, uniform, unigram, bigram, trigram}: train and heldout are lists of sequences of ids, of which
all but the first are predicted. Needs the standard library only.
"""

import json
import math
import random
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

FILE = Path(__file__).with_name("baselines.json")

RHYME = """one two buckle my shoe
three four knock at the door
five six pick up sticks
seven eight lay them straight
nine ten a big fat hen
one two three four five
six seven eight nine ten
knock knock at the door""".splitlines()


def sentences(lines, held_out):
    """The ids of sentences of words, between boundaries with the id 0; words that only the held-out side has are the id 1."""
    train = [line.split() for i, line in enumerate(lines) if i not in held_out]
    ids = {word: i + 2 for i, word in enumerate(sorted({word for line in train for word in line}))}
    encoded = [[0] + [ids.get(word, 1) for word in line.split()] + [0] for line in lines]
    return len(ids) + 2, [s for i, s in enumerate(encoded) if i not in held_out], [encoded[i] for i in held_out]


def stream(text, held_out):
    """The ids of the characters of one text, of which the last are held out."""
    ids = {c: i + 1 for i, c in enumerate(sorted(set(text[:-held_out])))}
    encoded = [ids.get(c, 0) for c in text]
    return len(ids) + 1, [encoded[:-held_out]], [encoded[-held_out:]]


def random_text():
    """Sequences of a random walk over 40 tokens, some of one prediction."""
    draw = random.Random(7)
    def walk():
        token, sequence = draw.randrange(40), []
        for _ in range(draw.choice([2, 3, 10, 30])):
            sequence.append(token)
            token = (token * 3 + draw.choice([0, 0, 1, 5])) % 40
        return sequence
    return 50, [walk() for _ in range(60)], [walk() for _ in range(30)]


def losses(vocab, train, heldout):
    counts = defaultdict(Counter)  # of the predicted tokens, by context
    for sequence in train:
        for i in range(1, len(sequence)):
            for n in range(min(2, i) + 1):
                counts[tuple(sequence[i - n:i])][sequence[i]] += 1

    def probability(context, token):
        shorter = probability(context[1:], token) if context else Fraction(1, vocab)
        seen = counts.get(context)
        if not seen:
            return shorter
        return (seen[token] + len(seen) * shorter) / (sum(seen.values()) + len(seen))

    def loss(order):
        logs = [-math.log(probability(tuple(s[max(0, i - order):i]), s[i])) for s in heldout for i in range(1, len(s))]
        return sum(logs) / len(logs)

    return {"uniform": math.log(vocab), "unigram": loss(0), "bigram": loss(1), "trigram": loss(2)}


def main():
    texts = [sentences(RHYME, [3, 7]), stream("\n".join(RHYME), 50), random_text()]
    made = [dict(vocab=v, train=t, heldout=h, **losses(v, t, h)) for v, t, h in texts]
    text = "[\n" + ",\n".join(json.dumps(m) for m in made) + "\n]\n"
    if "--check" in sys.argv:
        sys.exit(FILE.read_text() != text and f"{FILE} is not what make.py writes")
    FILE.write_text(text)


main()
