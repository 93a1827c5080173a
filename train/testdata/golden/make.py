#!/usr/bin/env python3
"""Golden values of a small GPT-2, computed by PyTorch.

    make.py           writes a.safetensors, b.safetensors, c.safetensors beside this file
    make.py --check   computes them again and compares them with the files; exit status 1 if any tensor differs

Each file holds one model, one batch, and what must follow from the two:

    ids, targets      [batch, seq]                the batch; a target of -1 is ignored
    weight/NAME                                   the initial weights
    logits            [batch*seq, vocab]
    attention/LAYER   [batch, heads, query, key]  the softmax weights
    loss              [1]                         cross entropy, the mean over the targets that are not -1
    grad/NAME                                     the gradient of loss, before clipping
    adamw/NAME                                    the weights after `steps` steps of AdamW on that batch
    adamw_losses      [steps]                     the loss before each step; the first equals loss

The settings are strings in the file's __metadata__. Weights are rounded to float32 before anything is computed from
them; everything else is computed in float64 and rounded to float32 when stored.

A key bias adds the same number to every score of a query, which softmax cancels: grad/h.*.attn.key.bias is zero in
exact arithmetic. AdamW divides a gradient by its own size, so in float32 the rounding noise there becomes steps of up
to lr: adamw/h.*.attn.key.bias is not comparable with a float32 engine. It changes no other value.

The axis words: batch, seq, dim = heads * headDim, hidden, vocab. The sizes of one model differ from each other, so
that swapped axes fail. Needs torch and the standard library only.
"""

import json
import math
import pathlib
import struct
import sys

import torch

FOLDER = pathlib.Path(__file__).resolve().parent
TOLERANCE = 1e-5  # absolute plus relative, for --check: other versions of torch add in another order
STEPS, LR, BETA1, BETA2, EPS, WEIGHT_DECAY, CLIP = 10, 1e-2, 0.9, 0.95, 1e-8, 0.1, 0.5

MODELS = {
    "a": dict(seed=1, batch=3, seq=5, vocab=13, layers=1, heads=2, head_dim=7, hidden=11, tied=True, activation="gelu"),
    "b": dict(seed=2, batch=5, seq=7, vocab=17, layers=2, heads=3, head_dim=11, hidden=19, tied=True, activation="gelu"),
    "c": dict(seed=3, batch=7, seq=11, vocab=29, layers=3, heads=5, head_dim=2, hidden=23, tied=False, activation="relu"),
}


# ---- the weights and the batch ----


def shapes(c):
    """The shape of every weight, by name. A linear map is [in, out]: y = x W + b."""
    dim, hidden = c["heads"] * c["head_dim"], c["hidden"]
    s = {"wte": (c["vocab"], dim), "wpe": (c["seq"], dim)}
    for layer in range(c["layers"]):
        h = f"h.{layer}."
        s |= {h + "ln_1.gain": (dim,), h + "ln_1.bias": (dim,)}
        for name in ("query", "key", "value", "output"):
            s |= {h + f"attn.{name}.weight": (dim, dim), h + f"attn.{name}.bias": (dim,)}
        s |= {h + "ln_2.gain": (dim,), h + "ln_2.bias": (dim,)}
        s |= {h + "mlp.up.weight": (dim, hidden), h + "mlp.up.bias": (hidden,)}
        s |= {h + "mlp.down.weight": (hidden, dim), h + "mlp.down.bias": (dim,)}
    s |= {"ln_f.gain": (dim,), "ln_f.bias": (dim,)}
    if not c["tied"]:
        s["lm_head"] = (c["vocab"], dim)
    return s


def draw_weights(c):
    """Random weights, none trivially zero or one, as float64 numbers that float32 represents exactly."""
    w = {}
    for name, shape in shapes(c).items():
        normal = torch.randn(shape, dtype=torch.float64)
        if name.endswith(".gain"):
            value = 1 + 0.2 * normal
        elif name.endswith(".bias"):
            value = 0.1 * normal
        else:
            value = 0.3 * normal
        w[name] = value.float().double().requires_grad_()
    return w


def draw_batch(c):
    """Random ids and targets, about a fifth of the targets ignored."""
    shape = (c["batch"], c["seq"])
    ids = torch.randint(c["vocab"], shape)
    targets = torch.randint(c["vocab"], shape)
    targets[torch.rand(shape, dtype=torch.float64) < 0.2] = -1
    return ids, targets


# ---- the model ----


def layer_norm(x, gain, bias):
    centered = x - x.mean(-1, keepdim=True)
    variance = centered.square().mean(-1, keepdim=True)
    return centered / torch.sqrt(variance + 1e-5) * gain + bias


def activate(x, name):
    if name == "relu":
        return torch.clamp(x, min=0)
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def attention(x, w, h, heads):
    """Causal self-attention of x [batch, seq, dim]: the output [batch, seq, dim] and the softmax weights."""
    batch, seq, dim = x.shape

    def project(name):
        y = x @ w[h + f"attn.{name}.weight"] + w[h + f"attn.{name}.bias"]
        return y.view(batch, seq, heads, dim // heads).transpose(1, 2)  # [batch, heads, seq, headDim]

    query, key, value = project("query"), project("key"), project("value")
    scores = query @ key.transpose(2, 3) / math.sqrt(dim // heads)  # [batch, heads, query, key]
    future = torch.ones(seq, seq, dtype=torch.bool).triu(1)
    weights = torch.softmax(scores.masked_fill(future, -math.inf), -1)
    mixed = (weights @ value).transpose(1, 2).reshape(batch, seq, dim)
    return mixed @ w[h + "attn.output.weight"] + w[h + "attn.output.bias"], weights


def forward(c, w, ids):
    """Logits [batch*seq, vocab] and the attention weights of each layer."""
    x = w["wte"][ids] + w["wpe"]  # [batch, seq, dim]
    maps = []
    for layer in range(c["layers"]):
        h = f"h.{layer}."
        mixed, weights = attention(layer_norm(x, w[h + "ln_1.gain"], w[h + "ln_1.bias"]), w, h, c["heads"])
        maps.append(weights)
        x = x + mixed
        up = layer_norm(x, w[h + "ln_2.gain"], w[h + "ln_2.bias"]) @ w[h + "mlp.up.weight"] + w[h + "mlp.up.bias"]
        x = x + activate(up, c["activation"]) @ w[h + "mlp.down.weight"] + w[h + "mlp.down.bias"]
    x = layer_norm(x, w["ln_f.gain"], w["ln_f.bias"])
    head = w["wte"] if c["tied"] else w["lm_head"]  # [vocab, dim]
    return (x @ head.T).flatten(0, 1), maps


def cross_entropy(logits, targets):
    """The mean of -log softmax(logits)[target] over the targets that are not -1."""
    targets = targets.flatten()
    rows = torch.nonzero(targets >= 0).flatten()
    return -torch.log_softmax(logits, -1)[rows, targets[rows]].mean()


def train(c, w, ids, targets):
    """Changes w by STEPS steps of AdamW on one batch; returns the loss before each."""
    matrices = [p for p in w.values() if p.dim() >= 2]  # only these decay
    vectors = [p for p in w.values() if p.dim() < 2]
    groups = [dict(params=matrices, weight_decay=WEIGHT_DECAY), dict(params=vectors, weight_decay=0.0)]
    adamw = torch.optim.AdamW(groups, lr=LR, betas=(BETA1, BETA2), eps=EPS)
    losses = []
    for _ in range(STEPS):
        adamw.zero_grad()
        loss = cross_entropy(forward(c, w, ids)[0], targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(w.values()), CLIP)  # the norm over all tensors together
        adamw.step()
        losses.append(loss.item())
    return torch.tensor(losses)


# ---- one golden file ----


def golden(c):
    """The metadata and the tensors of one file."""
    torch.manual_seed(c["seed"])
    w = draw_weights(c)
    ids, targets = draw_batch(c)
    logits, maps = forward(c, w, ids)
    loss = cross_entropy(logits, targets)
    loss.backward()

    tensors = {"ids": ids, "targets": targets}
    tensors |= {f"weight/{name}": p.detach().clone() for name, p in w.items()}
    tensors |= {"logits": logits.detach(), "loss": loss.detach().view(1)}
    tensors |= {f"attention/{layer}": weights.detach() for layer, weights in enumerate(maps)}
    tensors |= {f"grad/{name}": p.grad.clone() for name, p in w.items()}
    losses = train(c, w, ids, targets)
    tensors |= {f"adamw/{name}": p.detach() for name, p in w.items()}
    tensors["adamw_losses"] = losses

    metadata = {k: str(c[k]) for k in ("batch", "seq", "vocab", "layers", "heads")}
    metadata |= {"dim": str(c["heads"] * c["head_dim"]), "hidden": str(c["hidden"])}
    metadata |= {"tied": str(c["tied"]).lower(), "activation": c["activation"]}
    metadata |= {"lr": str(LR), "beta1": str(BETA1), "beta2": str(BETA2), "eps": str(EPS)}
    metadata |= {"weight_decay": str(WEIGHT_DECAY), "clip": str(CLIP), "steps": str(STEPS)}
    return metadata, tensors


# ---- the safetensors format: a length in 8 little-endian bytes, a JSON header, the numbers ----

FORMATS = {"F32": "f", "I64": "q"}


def encode(metadata, tensors):
    header, data = {"__metadata__": metadata}, bytearray()
    for name, tensor in tensors.items():
        kind = "F32" if tensor.is_floating_point() else "I64"
        start = len(data)
        data += struct.pack(f"<{tensor.numel()}{FORMATS[kind]}", *tensor.flatten().tolist())
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [start, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def decode(content):
    """The metadata, and of every tensor its shape and its numbers in one list."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata, tensors = header.pop("__metadata__"), {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        kind = FORMATS[entry["dtype"]]
        numbers = struct.unpack(f"<{(end - start) // struct.calcsize('<' + kind)}{kind}", content[start:end])
        tensors[name] = (entry["dtype"], entry["shape"], numbers)
    return metadata, tensors


def difference(got, want):
    """One line on the first thing in which two files differ, or None."""
    (got_metadata, got_tensors), (want_metadata, want_tensors) = decode(got), decode(want)
    if got_metadata != want_metadata:
        return f"metadata: computed {got_metadata}, file has {want_metadata}"
    for name in sorted(got_tensors.keys() ^ want_tensors.keys()):
        return f"{name}: only {'computed' if name in got_tensors else 'in the file'}"
    for name, (got_kind, got_shape, got_numbers) in got_tensors.items():
        want_kind, want_shape, want_numbers = want_tensors[name]
        if (got_kind, got_shape) != (want_kind, want_shape):
            return f"{name}: computed {got_kind} {got_shape}, file has {want_kind} {want_shape}"
        for i, (g, w) in enumerate(zip(got_numbers, want_numbers)):
            if not abs(g - w) <= TOLERANCE * (1 + abs(w)):  # not <=, so that NaN differs
                return f"{name}: number {i}: computed {g:.9g}, file has {w:.9g}"
    return None


def main(arguments):
    if arguments not in ([], ["--check"]):
        print("usage: make.py [--check]", file=sys.stderr)
        return 2
    torch.set_num_threads(1)  # so that sums are added in the same order on every machine
    for letter, c in MODELS.items():
        path = FOLDER / f"{letter}.safetensors"
        content = encode(*golden(c))
        if not arguments:
            path.write_bytes(content)
            continue
        if not path.exists():
            print(f"{path.name}: no such file; run make.py without --check", file=sys.stderr)
            return 1
        line = difference(content, path.read_bytes())
        if line:
            print(f"{path.name}: {line}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
