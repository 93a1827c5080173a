// Package run stores a training in a folder, and opens it again to resume it, to compute sentences, or to evaluate it:
//
//	r, err := run.Open("runs/savanna")
//	session, err := r.NewSession(1)
//	defer session.Close()
//	m, err := session.Map("The lion saw the zebra near the", 5) // attention weights and the 5 most likely next words
//
// [Start] and [Resume] return a [Training], whose method Train makes the updates. The files of a run folder are:
//
//	config.json  model.safetensors  tokenizer.json  tokenizer_config.json   for Hugging Face
//	spelling.json      how the training text writes its tokens: white space, capitals
//	training.yaml      every setting, resolved
//	state.safetensors  last and best weights, optimizer moments and step, for resuming
//	metrics.jsonl      one line per evaluation: step, losses, learning rate, speed
//	film.jsonl         one line per evaluation, in a long training of fewer (see [FilmSize]): the attention of the sample sentence
//	result.json        the result of the training, if the program that trains writes it
//
// Each file is replaced atomically (temporary file, fsync, rename, fsync of the folder), and the two logs are appended to by
// whole lines. So the folder can be opened and resumed even if the process is killed at any time. A training holds a lock file
// next to its folder; reading needs no lock. Checksums connect all files of a run, so that files of different runs are not mixed.
package run
