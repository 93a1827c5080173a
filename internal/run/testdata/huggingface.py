#!/usr/bin/env python3
"""What Hugging Face computes from a run folder, as JSON.

    huggingface.py model|tokenizer RUN_FOLDER

Standard input is a JSON list of sentences. Standard output is a JSON list of one object per sentence:

    {"text": the sentence, "ids": [seq], "decoded": the ids as text, without the tokens <s> before and after a sentence}

and in addition, for "model",

    {"logits": [seq][vocab], "attention": [layer][head][query][key]}

The ids come from AutoTokenizer.from_pretrained, which must be those of PreTrainedTokenizerFast too, the rest from GPT2LMHeadModel.from_pretrained. A weight that the model
needs and the folder lacks, or the other way round, is an error: transformers would fill it at random.
Exit status: 0, 1 for an error, 2 for wrong arguments, 77 where transformers is not installed, or torch for "model".
"""

import json
import os
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


def encode(folder, texts):
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    tokenizer = AutoTokenizer.from_pretrained(folder)
    every = tokenizer(texts)["input_ids"] if texts else []
    if texts and PreTrainedTokenizerFast.from_pretrained(folder)(texts)["input_ids"] != every:
        raise ValueError("PreTrainedTokenizerFast gives other ids than AutoTokenizer")
    reports = []
    for text, ids in zip(texts, every):
        sentence = ids[1:] if ids[:1] == [tokenizer.bos_token_id] else ids
        reports.append({"text": text, "ids": ids, "decoded": tokenizer.decode(sentence)})
    return reports


def compute(model, ids):
    import torch

    if not 1 <= len(ids) <= model.config.n_positions:
        raise ValueError(f"{len(ids)} tokens, want 1 to {model.config.n_positions}")
    with torch.no_grad():
        out = model(torch.tensor([ids]), output_attentions=True)
    return {"logits": out.logits[0].tolist(), "attention": [layer[0].tolist() for layer in out.attentions]}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("model", "tokenizer"):
        print("usage: huggingface.py model|tokenizer RUN_FOLDER", file=sys.stderr)
        return 2
    what, folder = arguments
    try:
        import transformers  # noqa: F401

        if what == "model":
            import torch  # noqa: F401  (transformers can be imported without torch, but has no models then)
    except ImportError as err:
        print(f"huggingface.py: skipped: {err}", file=sys.stderr)
        return 77
    try:
        sentences = json.load(sys.stdin)
        if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
            raise ValueError("standard input: want a JSON list of strings")
        needed = ("tokenizer.json", "tokenizer_config.json")
        for name in needed + (("config.json", "model.safetensors") if what == "model" else ()):
            if not os.path.isfile(os.path.join(folder, name)):
                raise ValueError(f"{folder}: no {name}")
        reports = encode(folder, sentences)
        if what == "model":
            model = load_model(folder)
            for report in reports:
                report.update(compute(model, report["ids"]))
        json.dump(reports, sys.stdout)
    except Exception as err:  # tokenizers raises plain Exception
        print(f"huggingface.py: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
