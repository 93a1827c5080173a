#!/usr/bin/env python3
"""What TransformerLens finds in the heads of three runs.

    make.py           opens the run folders beside this file and writes golden.json
    make.py --check   computes it again and compares it with the file; exit status 1 if they differ

The folders savanna (words, 1 layer, 4 heads), words (2 layers, 4 heads) and chars (characters, 2 layers, 2 heads) are GPT-2 in
small: transformers opens them, and TransformerLens's convert_gpt2_weights makes a HookedTransformer of each. golden.json has for each
run

    sentences      text; ids; for each pattern the result of detect_head with error_measure="mul", [layer][head]
    copying        ids; share and mean, [layer][head], of

                       logits_st = (c((g * n(W_E[s])) W_V W_O) * g_f) . W_U[t]

                   with n the normalisation of LayerNorm, g and g_f the gains of ln1 and ln_final, c subtracting the mean: the
                   share of tokens s with logits_ss above the mean over t, and the mean of (logits_ss - mean) / deviation

Needs torch and, without what they depend on (--no-deps), transformer_lens==1.14.0, beartype==0.14.1, better-abc, einops,
fancy-einsum, jaxtyping==0.2.19, typeguard==2.13.3, accelerate==0.25.0, psutil, rich; and transformers==4.35.2 with numpy<2.
Packages that TransformerLens imports for other purposes are replaced by empty ones.
"""

import importlib.machinery
import json
import pathlib
import sys
from unittest.mock import MagicMock

import torch
import transformers
from transformers import BertForPreTraining, GPT2LMHeadModel  # before others are replaced

for name in ("datasets", "datasets.arrow_dataset", "datasets.load", "pandas", "pytest", "wandb"):
    sys.modules[name] = MagicMock(__spec__=importlib.machinery.ModuleSpec(name, None))

from transformer_lens import HookedTransformer, HookedTransformerConfig  # noqa: E402
from transformer_lens.head_detector import HEAD_NAMES, detect_head  # noqa: E402
from transformer_lens.loading_from_pretrained import convert_gpt2_weights  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
TOLERANCE = 1e-5
SENTENCES = {
    "savanna": [
        "The lion saw the zebra near the river",
        "the antelope chased the elephant because that antelope was calm",
        "The hyenas near the elephant are calm",
        "the the zebra the",
    ],
    "words": ["cat dog ant cat dog ant", "yak yak owl rat yak owl", "gnu hen elk fox gnu", "pig"],
    "chars": ["cat dog ant cat dog", "hen hen owl", "aaa bb", "rat yak elk rat yak e"],
}


def open_run(name):
    """The run as a HookedTransformer, and its tokenizer."""
    gpt2 = GPT2LMHeadModel.from_pretrained(FOLDER / name).eval()
    c = gpt2.config
    cfg = HookedTransformerConfig(
        n_layers=c.n_layer, d_model=c.n_embd, n_ctx=c.n_positions, d_head=c.n_embd // c.n_head, n_heads=c.n_head, d_mlp=c.n_inner,
        d_vocab=c.vocab_size, act_fn=c.activation_function, eps=c.layer_norm_epsilon, normalization_type="LN", device="cpu",
    )
    model = HookedTransformer(cfg)
    with torch.no_grad():
        state = convert_gpt2_weights(gpt2, cfg)
        missing = [k for k in model.load_state_dict(state, strict=False).missing_keys if "mask" not in k and "IGNORE" not in k]
    assert missing == ["unembed.b_U"], missing
    with torch.no_grad():
        model.unembed.b_U.zero_()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(FOLDER / name / "tokenizer.json"))
    return gpt2, model, tokenizer


def copying(model, ids):
    """Share and mean of the copying of each head, [layer][head]."""
    share, mean = [], []
    for block in model.blocks:
        share.append([])
        mean.append([])
        for head in range(model.cfg.n_heads):
            e = model.W_E[ids].double()
            n = (e - e.mean(1, keepdim=True)) / (e.var(1, unbiased=False, keepdim=True) + model.cfg.eps).sqrt() * block.ln1.w
            out = n @ block.attn.W_V[head].double() @ block.attn.W_O[head].double()
            logits = (out - out.mean(1, keepdim=True)) * model.ln_final.w @ model.W_U[:, ids].double()
            over = logits.diagonal() - logits.mean(1)
            share[-1].append((over > 0).double().mean().item())
            mean[-1].append((over / logits.std(1, unbiased=False)).mean().item())
    return share, mean


@torch.no_grad()
def golden():
    runs = {}
    for name, texts in SENTENCES.items():
        gpt2, model, tokenizer = open_run(name)
        special = set(tokenizer.convert_tokens_to_ids(t) for t in ("<s>", "<unk>") if t in tokenizer.get_vocab())
        sentences = []
        for text in texts:
            ids = tokenizer(text)["input_ids"]
            if "<s>" in tokenizer.get_vocab():
                boundary = tokenizer.get_vocab()["<s>"]
                ids = [boundary] + [i for i in ids if i != boundary]
            model.to_tokens = lambda ids: torch.tensor([ids])  # of a tuple: a list would be several sentences
            logits = gpt2(torch.tensor([ids])).logits
            assert (model(torch.tensor([ids])) - logits).abs().max() < 1e-3, "TransformerLens computes other logits than transformers"
            scores = {head: detect_head(model, tuple(ids), head, error_measure="mul").tolist() if len(ids) > 1 else None for head in HEAD_NAMES}
            sentences.append(dict(text=text, ids=ids, **scores))
        ids = [i for i in range(model.cfg.d_vocab) if i not in special]
        share, mean = copying(model, ids)
        runs[name] = dict(sentences=sentences, copying=dict(ids=ids, share=share, mean=mean))
    return runs


def differences(a, b, path=""):
    """Where two JSON values differ."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [d for k in a for d in differences(a[k], b[k], f"{path}.{k}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i in range(len(a)) for d in differences(a[i], b[i], f"{path}[{i}]")]
    if isinstance(a, float) and isinstance(b, (float, int)):
        return [] if abs(a - b) <= TOLERANCE else [f"{path}: {a} and {b}"]
    return [] if a == b else [f"{path}: {a} and {b}"]


def main():
    result, file = golden(), FOLDER / "golden.json"
    if "--check" in sys.argv[1:]:
        found = differences(json.loads(file.read_text()), result)
        print("\n".join(found) or f"{file.name} is what TransformerLens computes")
        sys.exit(1 if found else 0)
    file.write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
