#!/usr/bin/env python3
"""What Hugging Face computes from a run folder, as JSON.

    huggingface.py RUN_FOLDER REPORT [SENTENCES]

SENTENCES is a JSON list of strings; without it, the list is read from standard input. REPORT is the file to write, or
- for standard output. It holds one object per sentence:

    {"text": the sentence, "ids": [seq], "logits": [seq][vocab], "attention": [layer][head][query][key]}

The model comes from GPT2LMHeadModel.from_pretrained, the ids from the folder's tokenizer.json. A weight that the model
needs and the folder lacks, or the other way round, is an error: transformers would fill it at random.
Exit status: 0, 1 for an error, 2 for wrong arguments, 77 where torch, transformers or tokenizers is not installed.
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # the folder has everything; nothing is looked up


def load_model(folder):
    from transformers import GPT2LMHeadModel

    try:  # other implementations of attention do not give their weights
        model, info = GPT2LMHeadModel.from_pretrained(folder, output_loading_info=True, attn_implementation="eager")
    except TypeError:  # transformers before 4.36 knows eager attention only, and not the argument
        model, info = GPT2LMHeadModel.from_pretrained(folder, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if info[kind]:
            raise ValueError(f"{folder}: {kind}: {sorted(map(str, info[kind]))}")
    return model.eval()


def compute(model, tokenizer, text):
    import torch

    ids = tokenizer.encode(text).ids
    if not 1 <= len(ids) <= model.config.n_positions:
        raise ValueError(f"{text!r}: {len(ids)} tokens, want 1 to {model.config.n_positions}")
    with torch.no_grad():
        out = model(torch.tensor([ids]), output_attentions=True)
    attention = [layer[0].tolist() for layer in out.attentions]
    return {"text": text, "ids": ids, "logits": out.logits[0].tolist(), "attention": attention}


def main(arguments):
    if len(arguments) not in (2, 3):
        print("usage: huggingface.py RUN_FOLDER REPORT [SENTENCES]", file=sys.stderr)
        return 2
    try:
        import tokenizers
        import torch  # noqa: F401  (transformers can be imported without torch, but has no models then)
        import transformers  # noqa: F401
    except ImportError as err:
        print(f"huggingface.py: skipped: {err}", file=sys.stderr)
        return 77
    try:
        folder = pathlib.Path(arguments[0])
        sentences = json.loads(arguments[2] if len(arguments) == 3 else sys.stdin.read())
        if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
            raise ValueError("SENTENCES: want a JSON list of strings")
        for name in ("config.json", "model.safetensors", "tokenizer.json"):
            if not (folder / name).is_file():
                raise ValueError(f"{folder}: no {name}")
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        model = load_model(str(folder))
        report = json.dumps([compute(model, tokenizer, text) for text in sentences]) + "\n"
    except Exception as err:  # tokenizers raises plain Exception
        print(f"huggingface.py: {err}", file=sys.stderr)
        return 1
    if arguments[1] == "-":
        sys.stdout.write(report)
    else:
        pathlib.Path(arguments[1]).write_text(report)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
