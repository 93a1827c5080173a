// Package run keeps a training in a folder and brings it back: to go on, to be asked
// about a sentence, to be judged on held-out text.
//
//	config.json  model.safetensors  tokenizer.json  tokenizer_config.json   a Hugging Face GPT-2 model folder
//	training.yaml      every setting, resolved
//	state.safetensors  weights, optimizer moments and step: all that resuming needs
//	metrics.jsonl      one line an evaluation: step, losses, rate, speed
//	film.jsonl         one line an evaluation: the attention of the sample sentence
//
// A file is replaced as a whole (temporary file, fsync, rename, fsync of the folder), the
// two logs grow by whole lines; so a process killed at any instant leaves a folder
// that opens and resumes. A training holds a lock beside its folder; reading needs none. Checksums bind
// all files of a run to each other.
//
// Read in this order: settings.go and table.go (what can be set), tensors.go (a set of parameters as a safetensors
// file), run.go (what a folder holds, and what binds its files), folder.go (finding and reading one), lock.go, create.go and
// leftover.go (locking, making and replacing one, and what killed processes left), log.go (the two logs) and film.go (reading
// them), training.go (a training in a folder), checkpoint.go (what it writes, and how it goes on), size.go (its memory),
// session.go (sentences to attention maps, with what they were computed from), complete.go (continuing a prompt).
package run
