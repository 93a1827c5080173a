package tensorboard

import "google.golang.org/protobuf/encoding/protowire"

// Hyperparameter is a setting of a training, with a value that is a string, a bool or a float64.
type Hyperparameter struct {
	Name    string
	Meaning string
	Value   any
}

// Metric is the name of a scalar that the table of hyperparameters shows.
type Metric struct{ Tag, Name string }

// Session is a training for the plugin of hyperparameters.
type Session struct {
	Hyperparameters []Hyperparameter
	Metrics         []Metric
	Finished        bool    // the training has ended by itself
	Seconds         float64 // of the training
}

// Numbers of the enumerations of the plugin.
const (
	typeString = iota + 1
	typeBool
	typeFloat64

	statusUnknown = 0
	statusSuccess = 1
)

// Session adds the hyperparameters. In a folder of several files those of the first one name the columns of the table: the
// names of hyperparameters and metrics must be the same in all.
func (f *File) Session(s Session) {
	var experiment, start, end message
	for _, h := range s.Hyperparameters {
		var info, value, entry message
		info.string(1, h.Name)
		info.string(3, h.Meaning)
		kind := uint64(typeString)
		switch v := h.Value.(type) {
		case bool:
			kind = typeBool
			value.varint(4, map[bool]uint64{true: 1}[v])
		case float64:
			kind = typeFloat64
			value.double(2, v)
		case string:
			value.string(3, v)
		}
		info.varint(4, kind)
		experiment.message(4, info)
		entry.string(1, h.Name)
		entry.message(2, value)
		start.message(1, entry)
	}
	for _, m := range s.Metrics {
		var name, info message
		name.string(2, m.Tag)
		info.message(1, name)
		info.string(3, m.Name)
		experiment.message(5, info)
	}
	status := uint64(statusUnknown)
	if s.Finished {
		status = statusSuccess
	}
	end.varint(1, status)
	end.double(2, s.Seconds)
	f.plugin("_hparams_/experiment", 2, experiment)
	f.plugin("_hparams_/session_start_info", 3, start)
	f.plugin("_hparams_/session_end_info", 4, end)
}

// plugin adds a message of the plugin of hyperparameters, in the field of its data. Its number is a tensor of no numbers.
func (f *File) plugin(tag string, field protowire.Number, content message) {
	const float32Type, tensorClass = 1, 2
	var data, plugin, metadata, none, shape, tensor, value message
	data.message(field, content)
	plugin.string(1, "hparams")
	plugin.message(2, data)
	metadata.message(1, plugin)
	metadata.varint(4, tensorClass)
	shape.message(2, none) // one axis of size 0
	tensor.varint(1, float32Type)
	tensor.message(2, shape)
	value.string(1, tag)
	value.message(8, tensor)
	value.message(9, metadata)
	f.event(0, 0, value)
}
