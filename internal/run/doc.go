// Package run keeps a training in a folder and brings it back: to go on, to be asked
// about a sentence, to be judged on held-out text.
//
//	config.json  model.safetensors  tokenizer.json  tokenizer_config.json   what Hugging Face opens
//	training.yaml      every setting, resolved
//	state.safetensors  weights, optimizer moments and step: all that resuming needs
//	metrics.jsonl      one line an evaluation: step, losses, rate, speed
//	film.jsonl         one line an evaluation: the attention of the sample sentence
//
// A file is replaced as a whole (temporary file, fsync, rename, fsync of the folder), the
// two logs grow by whole lines; so a process killed at any instant leaves a folder
// that opens and resumes. A training holds a lock beside its folder; reading needs none. Checksums bind
// all files of a run to each other.
package run
