// Package train trains a model by gradient descent: logits to loss, loss to gradients, gradients to new weights. A [Builder]
// makes the graphs over shared parameters, a [BatchSource] fills the batches, and [Callbacks] are called between updates:
//
//	params, err := layers.NewParameters(model, seed)
//	build := func(o layers.Options) (*layers.Graph, error) { return layers.New(model, params, o) }
//	trainer, err := train.New(config, build, params, sampler)
//	defer trainer.Close()
//	err = trainer.Run(ctx, train.Callbacks{Stepped: func(s train.Step) { fmt.Println(s.Step, s.Loss) }})
//
// Only the estimates of memory depend on the architecture. The package writes no files and prints nothing. Axis words: batch, seq,
// vocab. Losses are in nats per predicted token.
package train
