package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"attend/embed"
	"attend/internal/node"
	"attend/layers"
)

// The gradient of every parameter of the whole model through the loss, against central differences of fourth order at some numbers of
// each tensor, the one with the largest gradient among them. Numbers are skipped if a hidden unit of a ReLU is 0 at some points of the
// difference and not at others: there the loss has a kink, and the difference is not its slope.
func TestGradientOfTheWholeModel(t *testing.T) {
	for _, positions := range embed.Schemes.Names() {
		for _, norm := range layers.Norms.Names() {
			for _, tied := range []bool{true, false} {
				for _, dropout := range []float64{0, 0.1} {
					for _, activation := range layers.Activations.Names() {
						c := layers.Config{Vocab: 13, Context: 7, Layers: 2, Heads: 3, Dim: 18, Hidden: 11,
							Positions: positions, Norm: norm, Activation: activation, Init: layers.GPT2Init, Tied: tied, Dropout: dropout}
						name := fmt.Sprintf("%s/%s/tied=%v/dropout=%v/%s", positions, norm, tied, dropout, activation)
						t.Run(name, func(t *testing.T) { checkModel(t, c) })
					}
				}
			}
		}
	}
}

func checkModel(t *testing.T, c layers.Config) {
	const batch, seq, most = 2, 5, 3
	weights, build := toyModel(t, c)
	random := rand.New(rand.NewPCG(3, 3))
	for _, p := range weights.All() {
		for i := range p.Data { // larger than at the start, so that every part matters
			p.Data[i] = float32(math.Round((float64(p.Data[i])+0.2*random.NormFloat64())*4096) / 4096)
		}
	}
	r, err := newReplica(build, layers.Options{Batch: batch, Seq: seq, Training: true, Seed: 2}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer r.machine.Close()
	ids, targets := make([]int, batch*seq), make([]int, batch*seq)
	chain{c.Vocab, seq}.Fill(1, ids, targets)
	count := countTargets(targets)
	if count == len(targets) {
		t.Fatal("no target is masked")
	}
	r.load(ids, targets, 4, 1/float32(count))
	loss := func() float64 {
		if err := r.run(); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, x := range r.op.losses {
			sum += float64(x)
		}
		return sum / float64(count)
	}
	loss()
	zero := zeroUnits(t, r)
	checked, skipped := 0, 0
	var worstOfAll float64
	grads := make([][]float32, len(weights.All()))
	for i := range grads {
		grads[i] = append(grads[i], r.gradients[i]...)
	}
	for i, p := range weights.All() {
		largest := largestOf(grads[i])
		for n := range most {
			j := random.IntN(len(p.Data))
			if n == 0 {
				for k, g := range grads[i] {
					if math.Abs(float64(g)) > math.Abs(float64(grads[i][j])) {
						j = k
					}
				}
			}
			old := p.Data[j]
			const h = 1.0 / 64
			kink := false
			at := func(step float32) float64 {
				p.Data[j] = old + step
				l := loss()
				kink = kink || !slices.Equal(zeroUnits(t, r), zero)
				return l
			}
			slope := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
			p.Data[j] = old
			if checked++; kink {
				skipped++
				continue
			}
			off := math.Abs(slope - float64(grads[i][j]))
			if largest > 1e-3 { // a bias on all keys has no gradient in theory
				worstOfAll = max(worstOfAll, off/largest)
			}
			// 2e-5 is what the rounding of the loss leaves in a difference.
			if !(off <= 2e-5+1e-3*largest) {
				t.Errorf("gradient of %s[%d] is %g, the difference says %g (largest %g)", p.Name, j, grads[i][j], slope, largest)
			}
		}
	}
	if skipped > checked*2/3 || skipped > 0 && c.Activation == layers.GELU {
		t.Errorf("%d of %d numbers were skipped", skipped, checked)
	}
	t.Logf("worst error %.1e of a tensor's largest gradient; %d of %d numbers skipped", worstOfAll, skipped, checked)
}

// zeroUnits reports which hidden units of the feed-forward networks were exactly 0 in the last run.
func zeroUnits(t *testing.T, r *replica) (zero []bool) {
	t.Helper()
	for _, n := range r.ExprGraph.AllNodes() {
		if n.Op() == nil || !strings.HasSuffix(n.Op().String(), ".mlp.up") {
			continue
		}
		_, value, err := node.Result(n)
		if err != nil {
			t.Fatal(err)
		}
		width := value.Shape()[1]
		for _, y := range node.Floats(value)[:r.Sentences.Rows()*width] {
			zero = append(zero, y == 0)
		}
	}
	if len(zero) == 0 {
		t.Fatal("the graph has no hidden units")
	}
	return zero
}

func largestOf(x []float32) (largest float64) {
	for _, v := range x {
		largest = max(largest, math.Abs(float64(v)))
	}
	return largest
}

// The loss is the mean over the targets that count, and the logits of the others are free.
func TestLossMasksIgnoredTargets(t *testing.T) {
	_, build := toyModel(t, toyConfig)
	const batch, seq = 3, 5
	r, err := newReplica(build, layers.Options{Batch: batch, Seq: seq}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer r.machine.Close()
	ids, targets := make([]int, batch*seq), make([]int, batch*seq)
	chain{toyConfig.Vocab, seq}.Fill(1, ids, targets)
	for i := range targets {
		targets[i] = -1
	}
	targets[2], targets[8] = 5, 0
	r.loadPadded(ids, targets, 0, 0.5)
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	logits := logitsOf(r)
	var want float64
	for _, row := range []int{2, 8} {
		sum := 0.0
		for _, x := range logits[row*toyConfig.Vocab : (row+1)*toyConfig.Vocab] {
			sum += math.Exp(float64(x))
		}
		want += (math.Log(sum) - float64(logits[row*toyConfig.Vocab+targets[row]])) / 2
	}
	if math.Abs(r.lossValue()-want) > 1e-6 {
		t.Errorf("loss %g, want %g", r.lossValue(), want)
	}
	// Sentence 2 predicts nothing, and no token of it occurs elsewhere: no gradient reaches its vectors.
	copy(ids, []int{1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	untied := toyConfig
	untied.Tied = false
	_, build = toyModel(t, untied)
	u, err := newReplica(build, layers.Options{Batch: batch, Seq: seq}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer u.machine.Close()
	u.loadPadded(ids, targets, 0, 0.5)
	if err := u.run(); err != nil {
		t.Fatal(err)
	}
	for i, g := range u.gradients[0] { // the token table
		if id := i / untied.Dim; id > 5 && g != 0 {
			t.Fatalf("token %d counts nothing and has the gradient %g", id, g)
		}
	}
	if largestOf(u.gradients[0]) == 0 {
		t.Error("the tokens that count have no gradient")
	}
}

// logitsOf returns the logits of a replica's last run.
func logitsOf(r *replica) []float32 {
	_, value, _ := node.Result(r.Logits)
	return node.Floats(value)
}

// loadPadded is load without leaving the padding out.
func (r *replica) loadPadded(ids, targets []int, step int, scale float32) {
	r.load(ids, targets, step, scale)
	seq := len(r.IDs) / r.batch
	for s := range r.batch {
		r.Sentences.SetLength(s, seq)
	}
	copy(r.IDs, ids[r.first*seq:])
	copy(r.targets, targets[r.first*seq:])
}

// Padding is not computed, and that changes no bit: neither of the loss nor of a gradient.
func TestPaddingChangesNothing(t *testing.T) {
	for _, dropout := range []float64{0, 0.2} {
		c := toyConfig
		c.Dropout, c.Layers = dropout, 2
		_, build := toyModel(t, c)
		const batch, seq = 5, 7
		r, err := newReplica(build, layers.Options{Batch: batch, Seq: seq, Training: true, Seed: 2}, true)
		if err != nil {
			t.Fatal(err)
		}
		defer r.machine.Close()
		ids, targets := make([]int, batch*seq), make([]int, batch*seq)
		random := rand.New(rand.NewPCG(8, 8))
		for i := range ids {
			ids[i], targets[i] = random.IntN(c.Vocab), random.IntN(c.Vocab)
		}
		for s, length := range []int{7, 1, 4, 0, 6} {
			for i := length; i < seq; i++ {
				targets[s*seq+i] = -1
			}
		}
		targets[2] = -1 // a gap within a sentence is no padding
		run := func(load func(ids, targets []int, step int, scale float32)) (loss float64, gradients [][]float32) {
			load(ids, targets, 3, 0.1)
			if err := r.run(); err != nil {
				t.Fatal(err)
			}
			for _, g := range r.gradients {
				gradients = append(gradients, slices.Clone(g))
			}
			return r.lossValue(), gradients
		}
		wantLoss, want := run(r.loadPadded)
		if got := r.Sentences.Rows(); got != batch*seq {
			t.Fatalf("%d rows with padding", got)
		}
		loss, got := run(r.load)
		if rows := r.Sentences.Rows(); rows != 18 {
			t.Fatalf("%d rows without padding, want 18", rows)
		}
		if loss != wantLoss {
			t.Errorf("dropout %g: loss %v without padding, %v with it", dropout, loss, wantLoss)
		}
		for i := range want {
			for j := range want[i] {
				if got[i][j] != want[i][j] {
					t.Fatalf("dropout %g: gradient %d of parameter %d is %v without padding, %v with it", dropout, j, i, got[i][j], want[i][j])
				}
			}
		}
	}
}
