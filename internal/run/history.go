package run

import (
	"fmt"

	"attend/internal/hf"
)

// OpenMetrics reads a run folder and the metrics of its training, in the order of their steps. It reads no weights: Parameters of
// the run are nil. Step is that of the weights which [Open] would read. It returns an error if there is no evaluation in the log.
func OpenMetrics(path string, o ...Option) (r *Run, metrics []Metrics, err error) {
	err = withFolder(path, func(f *folder) (err error) {
		if r, err = f.openWithoutWeights(newOptions(o)); err != nil {
			return err
		}
		if metrics, err = r.metrics(f); err != nil {
			return err
		}
		if len(metrics) == 0 {
			return fmt.Errorf("%s holds no evaluation yet: train on, each evaluation adds one", f.at(metricsFile))
		}
		return nil
	})
	return r, metrics, err
}

// openWithoutWeights is [folder.open] without the weights.
func (f *folder) openWithoutWeights(o options) (*Run, error) {
	r, source, err := f.openChecked(modelFile, o)
	if err != nil {
		return nil, err
	}
	source.Close()
	if !r.stateIsNewer(f) {
		return r, nil
	}
	if r, source, err = f.openChecked(stateFile, o); err != nil {
		return nil, err
	}
	source.Close()
	if r.Settings.Keep == KeepBest {
		r.Step = r.Best.Step
	}
	return r, nil
}

// OpenWithoutWeights is [OpenMetrics] of a run of which [RemoveWeights] may have removed the weights, and with them what says which
// step they had: Step, Trained and Best are those of the last evaluation. text is the SHA-256 of its text.
func OpenWithoutWeights(path, text string) (r *Run, metrics []Metrics, err error) {
	err = withFolder(path, func(f *folder) (err error) {
		if r, err = f.readSettings(options{}); err == nil {
			err = r.readTexts(f)
		}
		if err == nil {
			r.Config, err = hf.ParseConfigJSON(r.configJSON)
			err = f.fileError(configFile, err)
		}
		if err != nil {
			return err
		}
		r.DataSHA256 = text
		r.chainHashes = map[string]string{metricsFile: r.firstHash(metricsFile)} // lines that are missing at the end are not missed
		if metrics, err = r.metrics(f); err == nil && len(metrics) > 0 {
			r.Trained = metrics[len(metrics)-1].Step
			r.Step = r.Trained
		}
		return err
	})
	return r, metrics, err
}
