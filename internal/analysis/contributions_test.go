package analysis

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"attend/embed"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
)

// variants are trainings of a few steps with each choice of the architecture.
func variants(t *testing.T) map[string]*run.Run {
	t.Helper()
	all := map[string]*run.Run{}
	for name, change := range map[string]func(s *run.Settings){
		"learned positions, tied":      func(s *run.Settings) { s.Positions, s.Tied, s.Layers = embed.Learned, true, 2 },
		"sinusoidal positions, untied": func(s *run.Settings) { s.Positions, s.Tied, s.Activation = embed.Sinusoidal, false, layers.ReLU },
		"no positions, 3 layers":       func(s *run.Settings) { s.Positions, s.Layers = embed.None, 3 },
	} {
		s := small()
		s.Dim, s.Heads, s.LR = 12, 3, 3e-2
		change(&s)
		all[name] = trained(t, s, runtest.Text())
	}
	return all
}

// The components of a logit difference sum to it, in each architecture.
func TestDirectLogitsSumToTheDifference(t *testing.T) {
	for name, r := range variants(t) {
		e, err := r.Encode("The otter likes the dog near the")
		if err != nil {
			t.Fatal(err)
		}
		f, err := layers.NewInference(r.Config, r.Parameters, 1, len(e.IDs))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Run(e.IDs); err != nil {
			t.Fatal(err)
		}
		logits := widened(f.LogitsAt(0, len(e.IDs)-1))
		target, _ := r.Vocabulary.ID("rocks")
		other, _ := r.Vocabulary.ID("the")
		for against, want := range map[int]float64{other: logits[target] - logits[other], -1: logits[target] - floats.Sum(logits)/float64(len(logits))} {
			d, err := directLogitsOf(r, e.IDs, target, against)
			if err != nil {
				t.Fatal(err)
			}
			near(t, name, d.Difference, want, 1e-5)
			sum, heads := 0.0, 0
			for _, c := range d.Components {
				sum += c.Logit
				if c.Kind == attention.HeadComponent {
					heads++
				}
			}
			near(t, name+", the sum", sum, d.Difference, 1e-9)
			// The embeddings, each head, the bias and the feed-forward network of each layer, and the norm.
			want := 2 + r.Config.Layers*(r.Config.Heads+2)
			if r.Settings.Positions == embed.Learned || r.Settings.Positions == embed.Sinusoidal {
				want++
			}
			if len(d.Components) != want || heads != r.Config.Layers*r.Config.Heads || d.Target != "rocks" {
				t.Errorf("%s: %d components, %d heads, target %s; want %d components", name, len(d.Components), heads, d.Target, want)
			}
		}
	}
}

// The share of a head is what the logit difference loses without the output of the head, if the scale of the final norm stays. In
// the last layer nothing but the feed-forward network comes after it; here its output is put back too.
func TestDirectLogitsOfAHead(t *testing.T) {
	r := deep(t)
	e, _ := r.Encode("The otter likes the dog near")
	target, _ := r.Vocabulary.ID("rocks")
	other, _ := r.Vocabulary.ID("the")
	d, err := directLogitsOf(r, e.IDs, target, other)
	if err != nil {
		t.Fatal(err)
	}
	var head, rest float64
	for _, c := range d.Components {
		if c.Kind == attention.HeadComponent && *c.Layer == 1 && *c.Head == 2 {
			head = c.Logit
		} else {
			rest += c.Logit
		}
	}
	m := layers.NewModel(r.Config)
	query := len(e.IDs) - 1
	err = forward(r, []intervention{{ids: e.IDs, read: func(out run.ForwardResult) {
		x := out.Activation(hookName(1, "resid_post"))[0].Row(query)
		u := unembedded(r, m, target, other)
		without := widened(x)
		floats.Sub(without, newOutputProjections(r).project(1, 2, out.Z(1, 2, query)))
		direction, constant := m.Norm.Direction(r.Parameters, x, u)
		near(t, "without the head", rest, floats.Dot(direction, without)+constant, 1e-6)
		near(t, "the head", head, d.Difference-floats.Dot(direction, without)-constant, 1e-6)
	}}}, directHooks(r)...)
	if err != nil {
		t.Fatal(err)
	}
}

// The norms are those of weight times value times output projection, added up by hand.
func TestValueNorms(t *testing.T) {
	for name, r := range variants(t) {
		const text = "The otter likes the dog"
		m, err := session(t, r, 1).MapWithVectors(text, 1)
		if err != nil {
			t.Fatal(err)
		}
		m.Products = ValueProducts(r, m)
		headDim := r.Config.HeadDim()
		for layer, b := range layers.NewModel(r.Config).Blocks {
			all := m.Norms(layer, attention.All)
			w := r.Parameters.Get(b.Attention.Output.Weight.Name).Data // [heads*headDim, dim]
			for query := range m.Tokens {
				for key := range m.Tokens {
					sum := make([]float64, r.Config.Dim)
					for head := range r.Config.Heads {
						one := make([]float64, r.Config.Dim)
						for i, v := range m.Vectors[layer][head].Value[key] {
							for j := range one {
								one[j] += float64(m.Attention[layer][head][query][key]) * float64(v) * float64(w[(head*headDim+i)*r.Config.Dim+j])
							}
						}
						near(t, name, m.Norms(layer, head)[query][key], math.Sqrt(floats.Dot(one, one)), 1e-6)
						floats.Add(sum, one)
					}
					near(t, name+", all heads", all[query][key], math.Sqrt(floats.Dot(sum, sum)), 1e-6)
				}
			}
		}
		// Those of the last token are the mean over the layers.
		e, _ := r.Encode(text)
		mean := m.Norms(attention.All, attention.All)[len(e.IDs)-1]
		err = forward(r, []intervention{{ids: e.IDs, read: func(out run.ForwardResult) {
			for key, norm := range lastNorms(r, out, len(e.IDs)) {
				near(t, name+", the last token", norm, mean[key], 1e-6)
			}
		}}}, valueHooks(r)...)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// directLogitsOf is [directLogits] at the last of the ids.
func directLogitsOf(r *run.Run, ids []int, target, against int) (d attention.DirectLogits, err error) {
	err = forward(r, []intervention{{ids: ids, read: func(out run.ForwardResult) {
		d = directLogits(r, out, len(ids)-1, target, against)
	}}}, directHooks(r)...)
	return d, err
}
