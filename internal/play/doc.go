// Package play is a training that is driven by messages: what the live page does, without a page. A [Session] keeps its runs as
// ordinary run folders under a folder that it is given. It answers each message, a JSON object, with one reply:
//
//	s, err := play.New(folder)
//	reply := s.Handle([]byte(`{"id": 1, "do": "configure", "preset": "savanna"}`))
//	reply = s.Handle([]byte(`{"id": 2, "do": "step", "updates": 100, "milliseconds": 50}`))
//	reply = s.Handle([]byte(`{"id": 3, "do": "show", "sentence": "The lion saw the zebra near the",
//		"interventions": [{"layer": -1, "head": -1, "query": 7, "key": 5}]}`))
//
// A reply is {"id": 1, "result": ...} or {"id": 1, "error": "one line"}. After an error the former state stands. Layers, heads and
// positions count from 0, probabilities are in 0 to 1, losses and effects in nats. Field names are in camelCase; what
// docs/json.md describes (the answer to why) has the names that it has there.
//
// The messages, each with the type of its fields and of its result:
//
//	describe   [Description]                   settings, presets, instruction set
//	configure  [Configure] -> [State]          a new training at step 0
//	step       [Step] -> [Progress]            updates
//	stopAt     [StopAt] -> [StepsChanged]      when step ends by itself
//	rewind     [State]                         step 0 again, with the same initial weights
//	rate       [Rate] -> [RateChanged]         another learning rate from here on
//	show       [Show] -> [Shown]               sentence and interventions of the maps
//	frame      [Frame] -> [FrameShown]         the map of an earlier step
//	why        [Why] -> [WhyResult]            why a word is predicted
//	heads      [][HeadCard]                    what each head attends to
//	complete   [Complete] -> [Completed]       continuations of a prompt
//	verdict    [VerdictResult]                 how the training went, and what to do
//	export     [Export] -> [Exported]          the run folder as a zip file, or the numbers
//	open       [Open] -> [State]               a run folder as it is
//
// Maps are of the present weights while it trains, and of those that the run keeps once it has ended: these are what an exported run
// has as its model. Training never depends on what is shown.
package play
