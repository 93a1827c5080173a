// Package run keeps a training in a folder and brings it back: to go on, to be asked
// about a sentence, to be judged on held-out text.
//
//	config.json  model.safetensors  tokenizer.json  tokenizer_config.json   a Hugging Face GPT-2 model folder
//	training.yaml      every setting, resolved
//	state.safetensors  weights, optimizer moments and step: all that resuming needs
//	metrics.jsonl      one line an evaluation: step, losses, rate, speed
//	film.jsonl         one line an evaluation: the attention of the probe sentence
//
// A file is replaced as a whole (temporary file, fsync, rename, fsync of the folder), the
// two logs grow by whole lines; so a process killed at any instant leaves a folder
// that opens and resumes. A training holds a lock beside its folder; reading needs none. Checksums bind
// all files of a run to each other.
//
// Read in this order: settings.go (what can be set), tensors.go (a set of parameters as a safetensors
// file), huggingface.go (GPT-2's names and layout), folder.go (reading a folder), lock.go and create.go (locking, making
// and replacing one), log.go (the two logs), training.go (a training in a folder), size.go (its memory), forward.go and vectors.go (sentences to attention
// maps, with what they were computed from), baseline.go (what maps are compared with),
// evaluate.go and rules.go (how good it is), variant.go (taking things away), headmeans.go, cut.go and
// why.go (what that does), explain.go (one cell), heads.go (what heads do), assignment.go,
// match.go, compare.go and seeds.go (comparing sentences, runs and seeds), complete.go (continuing a prompt),
// film.go (reading the two logs), words.go and principal.go (the tables of vectors and their picture).
package run
