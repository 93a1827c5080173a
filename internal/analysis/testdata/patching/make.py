#!/usr/bin/env python3
"""Activation patching between two sentences, computed by PyTorch and transformers.

    make.py           opens the run folders beside this file and writes golden.json
    make.py --check   computes it again and compares it with the file; exit status 1 if they differ
    make.py --runs    trains the runs again with `go run ./cmd/attend`, portable kernels

The runs are GPT-2 in small: words (the built-in savanna, 2 layers of 3 heads, learned positions, GELU, tied) and chars (characters of
the text below, 3 layers of 2 heads, sinusoidal positions, ReLU, not tied). GPT2LMHeadModel.from_pretrained opens them; it computes
in float64. A patch is a forward hook of a module of transformers, so that nothing of attend takes part but the files of the runs.

golden.json is a list of objects:

    run                the folder
    given              whether the words are given; otherwise they are the most likely after each sentence
    patching           what attend compare --patch --format json writes, see docs/json.md, but for the tokens: the texts and logit
                       differences of the two sentences, the words, and for denoising and noising the parts

                           part = (d patched - d into) / (d from - d into),   d = logit(word) - logit(against) at the last token

                       with activations of the sentence `from` in the forward pass of the sentence `into`

Needs torch and transformers.
"""

import contextlib
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
TOLERANCE = 1e-7  # absolute, for --check: other versions of torch add in another order

RUNS = {
    "words": "--layers 2 --heads 3 --dim 18 --hidden 30 --steps 1500 --seed 3",
    "chars": "--data - --unit char --context 32 --layers 3 --heads 2 --dim 10 --hidden 14 --positions sinusoidal --activation relu "
             "--tied=false --steps 1500 --seed 4",
}
KEPT = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training.yaml")

# The run, the clean and the corrupted sentence, and the words if they are given. The sentences differ in one token, in two, at
# the first, and at the last.
CASES = [
    ("words", "The lion saw the zebra near the", "The lion saw the hyena near the", None),
    ("words", "The lion saw the zebra near the", "The lion saw the rhino under the", None),
    ("words", "The lions of the marsh", "The lion of the marsh", ("are", "is")),
    ("words", "The lion", "The lions", ("is", "are")),
    ("chars", "the ox eats ", "the ax eats ", ("h", "w")),
    ("chars", "a cat eats ", "a bat eats ", None),
]


def text():
    """Lines in which the food depends on a letter of the eater."""
    draw = random.Random(5)
    food = {"ox": "hay", "ax": "wood", "cat": "fish", "bat": "gnats", "rat": "corn", "pig": "nuts"}
    lines = []
    for _ in range(600):
        who = draw.choice(sorted(food))
        lines.append(f"{draw.choice(['the', 'a', 'one'])} {who} eats {food[who]}\n")
    return "".join(lines)


def train():
    """Trains the runs, and keeps of each folder what is read here."""
    root = FOLDER.parents[3]
    for name, flags in RUNS.items():
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        subprocess.run(["go", "run", "./cmd/attend", "train", "--out", str(FOLDER / name), *flags.split()], cwd=root, check=True,
                       input=text().encode(), stdout=subprocess.DEVNULL, env=os.environ | {"ATTEND_KERNELS": "portable"})
        for file in (FOLDER / name).iterdir():
            if file.name not in KEPT:
                file.unlink()


def open_run(name):
    """The model and the tokenizer of a run."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # the folder has everything; nothing is looked up
    from transformers import AutoTokenizer, GPT2LMHeadModel

    model, info = GPT2LMHeadModel.from_pretrained(FOLDER / name, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[kind], (name, kind, info[kind])
    return model.eval().double(), AutoTokenizer.from_pretrained(FOLDER / name)


class Patcher:
    """The forward passes of a model. An activation has a name (place, layer): "resid" before a layer, or of the last layer + 1 after
    all; "attn" and "mlp", outputs that are added to the residual stream; "z" [seq, dim], the heads side by side; "pattern" [heads,
    query, key]."""

    def __init__(self, model):
        self.model = model
        blocks = model.transformer.h
        self.layers, self.heads = len(blocks), blocks[0].attn.num_heads
        self.modules = {("resid", self.layers): (model.transformer.ln_f, "in")}
        for i, block in enumerate(blocks):
            self.modules |= {
                ("resid", i): (block, "in"), ("attn", i): (block.attn, "out"), ("mlp", i): (block.mlp, "out"),
                ("z", i): (block.attn.c_proj, "in"), ("pattern", i): (block.attn.attn_dropout, "out"),
            }

    @contextlib.contextmanager
    def hooked(self, name, change):
        """change(x) returns what takes the place of the activation x, without its batch axis of 1."""
        module, side = self.modules[name]

        def into(_, inputs):
            return (change(inputs[0][0])[None],) + inputs[1:]

        def out(_, inputs, output):
            if isinstance(output, tuple):
                return (change(output[0][0])[None],) + output[1:]
            return change(output[0])[None]

        handle = module.register_forward_pre_hook(into) if side == "in" else module.register_forward_hook(out)
        try:
            yield
        finally:
            handle.remove()

    def logits(self, ids):
        """The logits [vocab] at the last token."""
        import torch

        with torch.no_grad():
            return self.model(torch.tensor([ids])).logits[0, -1]

    def record(self, ids):
        """All activations of a sentence, by name."""
        activations = {}

        def keep(name):
            def change(x):
                activations[name] = x.clone()
                return x

            return change

        with contextlib.ExitStack() as stack:
            for name in self.modules:
                stack.enter_context(self.hooked(name, keep(name)))
            self.logits(ids)
        return activations

    def patched(self, ids, name, source, where):
        """The logits of a sentence in which the entries `where` of an activation are those of source."""

        def change(x):
            x = x.clone()
            x[where] = source[name][where]
            return x

        with self.hooked(name, change):
            return self.logits(ids)


def patch(p, tokenizer, clean, corrupted, words):
    """One object of golden.json."""
    texts = (clean, corrupted)
    ids = [tokenizer(t)["input_ids"] for t in texts]
    assert len(ids[0]) == len(ids[1]), texts
    plain = [p.logits(i) for i in ids]
    if words:
        word, against = tokenizer.convert_tokens_to_ids(list(words))
    else:
        word, against = (int(logits.argmax()) for logits in plain)
    assert word != against, (texts, words)

    def difference(logits):
        return float(logits[word] - logits[against])

    d = [difference(logits) for logits in plain]
    seq, width = len(ids[0]), p.model.config.n_embd // p.heads

    def parts(into, source):
        """The parts of one direction: activations of the sentence `source` in that of `into`."""
        recorded = p.record(ids[source])

        def part(name, where):
            return (difference(p.patched(ids[into], name, recorded, where)) - d[into]) / (d[source] - d[into])

        def by_token(name):
            return [part(name, (at,)) for at in range(seq)]

        def head(h):
            return slice(h * width, (h + 1) * width)

        layers, heads, every = range(p.layers), range(p.heads), slice(None)
        return {
            "residual": [by_token(("resid", i)) for i in range(p.layers + 1)],
            "attention": [by_token(("attn", i)) for i in layers],
            "feed_forward": [by_token(("mlp", i)) for i in layers],
            "heads": [[part(("z", i), (every, head(h))) for h in heads] for i in layers],
            "heads_at": [[[part(("z", i), (at, head(h))) for at in range(seq)] for h in heads] for i in layers],
            "patterns": [[part(("pattern", i), (h,)) for h in heads] for i in layers],
        }

    sentences = [{"text": t, "difference": x} for t, x in zip(texts, d)]
    name, other = tokenizer.convert_ids_to_tokens([word, against])
    return {
        "clean": sentences[0], "corrupted": sentences[1], "word": name, "against": other,
        "differ": [i for i in range(seq) if ids[0][i] != ids[1][i]],
        "denoising": parts(1, 0), "noising": parts(0, 1),
    }


def compute():
    opened, made = {}, []
    for name, clean, corrupted, words in CASES:
        if name not in opened:
            model, tokenizer = open_run(name)
            opened[name] = Patcher(model), tokenizer
        patching = patch(*opened[name], clean, corrupted, words)
        made.append({"run": name, "given": words is not None, "patching": patching})
    return made


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return round(value, 9) + 0.0 if isinstance(value, float) else value


def differ(a, b):
    """Whether two JSON values differ by more than rounding."""
    if isinstance(a, dict):
        return a.keys() != getattr(b, "keys", list)() or any(differ(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return not isinstance(b, list) or len(a) != len(b) or any(map(differ, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return not math.isclose(a, b, rel_tol=0, abs_tol=TOLERANCE)
    return a != b


def main():
    file = FOLDER / "golden.json"
    if "--runs" in sys.argv:
        train()
    made = rounded(compute())
    if "--check" in sys.argv:
        sys.exit(differ(json.loads(file.read_text()), made) and f"{file} is not what make.py writes")
    file.write_text("[\n" + ",\n".join(json.dumps(case) for case in made) + "\n]\n")


if __name__ == "__main__":
    main()
