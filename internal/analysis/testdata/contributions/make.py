#!/usr/bin/env python3
"""Norms of what attention adds, and direct logit attribution, computed by PyTorch and transformers.

    make.py           opens the run folders of ../patching and writes golden.json beside this file
    make.py --check   computes it again and compares it with the file; exit status 1 if they differ

The activations are recorded by forward hooks of the modules of transformers' GPT2LMHeadModel, in float64. golden.json is a list of
objects:

    run, text          the folder, and the sentence
    norms              [layers][heads][query][key] of weight * (value @ the rows of c_proj.weight that belong to the head)
    layer_norms        [layers][query][key] of the sum of these vectors over the heads
    word, against      whose logits are compared at the last token; against is "" for the mean over the vocabulary
    difference         logit(word) - that logit, of the model
    components         kind, layer, head and logit of each vector x that was added to the residual stream:
                       ((x - mean(x)) / sqrt(variance of the stream + epsilon) * ln_f.weight) @ (W_U[word] - W_U[against]);
                       the bias of ln_f is a component of its own

Needs torch and transformers.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "patching"))
import make as patching  # noqa: E402

CASES = [
    ("words", "The lion saw the zebra near the", "river", "cave"),
    ("words", "The lions of the marsh", "are", ""),
    ("words", "The", "lion", "zebra"),
    ("chars", "the ox eats ", "h", "w"),
    ("chars", "a cat eats ", "f", ""),
]


def recorded(model, ids):
    """The outputs of the modules that are needed, by name, and the logits at the last token."""
    import torch

    kept, handles = {}, []

    def keep(name, module, side):
        def after(_, inputs, output):
            value = inputs[0] if side == "in" else output[0] if isinstance(output, tuple) else output
            kept[name] = value[0] if value.dim() > 2 else value

        handles.append(module.register_forward_hook(after))

    t = model.transformer
    keep("token", t.wte, "out")
    keep("position", t.wpe, "out")
    keep("stream", t.ln_f, "in")
    for i, block in enumerate(t.h):
        keep(("qkv", i), block.attn.c_attn, "out")
        keep(("z", i), block.attn.c_proj, "in")
        keep(("mlp", i), block.mlp, "out")
        handles.append(block.attn.attn_dropout.register_forward_hook(lambda _, x, y, i=i: kept.__setitem__(("pattern", i), y[0])))
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    for handle in handles:
        handle.remove()
    return {name: value.reshape(-1, value.shape[-1]) if value.dim() < 3 else value for name, value in kept.items()}, logits


def contributions(model, tokenizer, text, word, against):
    """One object of golden.json, but for its run."""
    import torch

    ids = tokenizer(text)["input_ids"]
    kept, logits = recorded(model, ids)
    heads, dim = model.transformer.h[0].attn.num_heads, model.config.n_embd
    width = dim // heads
    target = tokenizer.convert_tokens_to_ids(word)
    table = model.lm_head.weight.detach()
    if against:
        other = tokenizer.convert_tokens_to_ids(against)
        direction, difference = table[target] - table[other], logits[target] - logits[other]
    else:
        direction, difference = table[target] - table.mean(0), logits[target] - logits.mean()
    norm = model.transformer.ln_f
    scale = torch.sqrt(kept["stream"][-1].var(unbiased=False) + norm.eps)
    components, norms, layer_norms = [], [], []

    def add(kind, layer, head, x):
        logit = float(((x - x.mean()) / scale * norm.weight.detach()) @ direction)
        components.append({"kind": kind, "layer": layer, "head": head, "logit": logit})

    add("token embedding", None, None, kept["token"][-1])
    add("position embedding", None, None, kept["position"][-1])
    for i, block in enumerate(model.transformer.h):
        projection = block.attn.c_proj.weight.detach()
        added, of_layer = 0, []
        for h in range(heads):
            rows = slice(h * width, (h + 1) * width)
            value = kept[("qkv", i)][:, 2 * dim:][:, rows] @ projection[rows]  # [key, dim]
            vectors = kept[("pattern", i)][h][:, :, None] * value[None]  # [query, key, dim]
            of_layer.append(vectors.norm(dim=-1).tolist())
            added = added + vectors
            add("head", i, h, kept[("z", i)][-1][rows] @ projection[rows])
        norms.append(of_layer)
        layer_norms.append(added.norm(dim=-1).tolist())
        add("attention bias", i, None, block.attn.c_proj.bias.detach())
        add("mlp", i, None, kept[("mlp", i)][-1])
    components.append({"kind": "norm bias", "layer": None, "head": None, "logit": float(norm.bias.detach() @ direction)})
    assert abs(sum(c["logit"] for c in components) - float(difference)) < 1e-9, (text, word)
    return {"text": text, "norms": norms, "layer_norms": layer_norms, "word": word, "against": against,
            "difference": float(difference), "components": components}


def main():
    file = FOLDER / "golden.json"
    opened = {name: patching.open_run(name) for name in ("words", "chars")}
    made = patching.rounded([{"run": c[0]} | contributions(*opened[c[0]], *c[1:]) for c in CASES])
    if "--check" in sys.argv:
        sys.exit(patching.differ(json.loads(file.read_text()), made) and f"{file} is not what make.py writes")
    file.write_text("[\n" + ",\n".join(json.dumps(case) for case in made) + "\n]\n")


if __name__ == "__main__":
    main()
