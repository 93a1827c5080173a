package train

import (
	"math"
	"strings"
	"testing"
)

func TestValidateNamesWhatIsOutOfRange(t *testing.T) {
	if err := toyTraining.Validate(); err != nil {
		t.Fatal(err)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		change func(c *Config)
		want   string
	}{
		{func(c *Config) { c.Batch = 0 }, "batch must be at least 1, not 0"},
		{func(c *Config) { c.Seq = -1 }, "seq must be at least 1"},
		{func(c *Config) { c.Steps = 0 }, "steps must be at least 1"},
		{func(c *Config) { c.Warmup = -1 }, "warmup must be at least 0"},
		{func(c *Config) { c.Warmup = c.Steps + 1 }, "warmup 10 is longer than all 9 steps: lower warmup, or raise steps"},
		{func(c *Config) { c.LearningRate = 0 }, "learning rate must be above 0"},
		{func(c *Config) { c.LearningRate = nan }, "learning rate must be above 0"},
		{func(c *Config) { c.LearningRate = inf }, "learning rate must be above 0"},
		{func(c *Config) { c.MinRate = -1 }, "min-lr must be at least 0"},
		{func(c *Config) { c.MinRate = 2 * c.LearningRate }, "min-lr 0.02 is above lr 0.01"},
		{func(c *Config) { c.MinRate = nan }, "min-lr must be at least 0"},
		{func(c *Config) { c.WeightDecay = -0.1 }, "weight decay must be at least 0"},
		{func(c *Config) { c.WeightDecay = inf }, "weight decay must be at least 0"},
		{func(c *Config) { c.Clip = -1 }, "clip must be at least 0"},
		{func(c *Config) { c.Clip = nan }, "clip must be at least 0"},
		{func(c *Config) { c.Beta1 = 1 }, "beta1 must be at least 0 and below 1"},
		{func(c *Config) { c.Beta2 = -0.1 }, "beta2 must be"},
		{func(c *Config) { c.Momentum = nan }, "momentum must be"},
		{func(c *Config) { c.Optimizer = "adam" }, `no optimizer "adam": choose adamw, sgd`},
	} {
		config := toyTraining
		c.change(&config)
		if err := config.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		weights, build := toyModel(t, toyConfig)
		if _, err := New(config, build, weights, nil); err == nil {
			t.Errorf("a trainer is made all the same: %q", c.want)
		}
	}
}

func TestRateHasItsClosedForm(t *testing.T) {
	c := Config{Steps: 110, Warmup: 10, LearningRate: 3, MinRate: 1}
	for _, p := range []struct {
		step int
		want float64
	}{{0, 3.0 / 11}, {4, 15.0 / 11}, {9, 30.0 / 11}, {10, 3}, {35, 2 + math.Sqrt2/2}, {60, 2}, {85, 2 - math.Sqrt2/2},
		{109, 1 + (1 + math.Cos(math.Pi*0.99))}, {110, 1}, {1000, 1}} {
		if got := c.Rate(p.step); math.Abs(got-p.want) > 1e-12 {
			t.Errorf("rate at step %d is %g, want %g", p.step, got, p.want)
		}
	}
	c.Warmup = 0
	if got := c.Rate(0); got != 3 {
		t.Errorf("without warmup the first rate is %g", got)
	}
	c.Warmup = c.Steps
	if got := c.Rate(c.Steps - 1); !(got > 2.9 && got < 3) {
		t.Errorf("all warmup: the last rate is %g", got)
	}
}
