package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// unlike are sentences in which little follows from the words before: they can only be memorised.
const unlike = "red cats eat five figs\nold dogs see two big hats\nthe king has nine blue boats\nmy ants like warm tea\n" +
	"a boy met some kind bears\nall birds want dry seeds\nten men lost one green key\nwe saw no fox near town\n"

// regular returns sentences whose last word follows from the second, and whose other words follow from none.
func regular() string {
	var b strings.Builder
	for _, who := range []string{"cat house", "dog yard", "fox forest", "frog pond", "gull sea", "bee hive"} {
		for _, does := range strings.Fields("sleeps sings eats waits plays hides") {
			for _, when := range strings.Fields("now often daily early late again") {
				name, place, _ := strings.Cut(who, " ")
				b.WriteString("the " + name + " " + does + " " + when + " in the " + place + "\n")
			}
		}
	}
	return b.String()
}

// verdictOf returns the verdict in the JSON of a command.
func verdictOf(t *testing.T, stdout string) (v struct {
	Kind, Text, Next string
	Memorised        *struct{ Text string }
}) {
	t.Helper()
	var d struct{ Result struct{ Verdict any } }
	d.Result.Verdict = &v
	if err := json.Unmarshal([]byte(stdout), &d); err != nil || v.Kind == "" {
		t.Fatalf("%v: %s", err, stdout)
	}
	return v
}

// A training of each kind ends with its verdict, `attend eval` says the same, and the next command runs.
func TestVerdicts(t *testing.T) {
	workshop(t)
	write(t, "unlike.txt", unlike)
	write(t, "regular.txt", regular())
	for _, c := range []struct {
		kind, flags, begins, next string
		memorised                 bool
	}{
		{"diverged", "--steps 20 --lr 3 --clip 0 --warmup 0 --batch 4 --eval-interval 2",
			"It diverged: ", "attend train --config runs/x/training.yaml --lr 0.006 --clip 1 --warmup 1", false},
		{"overfitted", "--data unlike.txt --min-count 1 --steps 150 --lr 0.02 --eval-interval 10",
			"It overfitted: ", "attend train --config runs/x/training.yaml --steps ", true},
		{"no better than bigram", "--steps 10 --batch 8 --eval-interval 2",
			"It is no better than counting pairs of words: ", "attend train --resume runs/x --steps 20", false},
		{"still improving", "--steps 100 --eval-interval 10",
			"It is still improving: ", "attend train --resume runs/x --steps 200", false},
		{"learned", "--data regular.txt --steps 200 --lr 0.01 --eval-interval 20",
			"It learned: ", "attend inspect ", false},
	} {
		flags := append([]string{"--out", "runs/x", "--overwrite"}, strings.Fields(c.flags)...)
		code, stdout, stderr := attend(t, "", append([]string{"train"}, flags...)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		text := strings.Join(strings.Fields(stdout), " ")
		if !strings.Contains(text, c.begins) || !strings.Contains(stdout, "Next:\n\n  "+c.next) {
			t.Errorf("%s: train prints\n%s", c.kind, stdout)
		}
		if strings.Contains(text, "It memorised training text: ") != c.memorised {
			t.Errorf("%s: memorised? %v:\n%s", c.kind, c.memorised, stdout)
		}
		_, result, _ := attend(t, "", "eval", "--format", "json")
		v := verdictOf(t, result)
		if c.memorised { // one of them is enough
			_, again, _ := attend(t, "", append([]string{"train", "--format", "json"}, flags...)...)
			if trained := verdictOf(t, again); trained.Text != v.Text || trained.Next != v.Next || trained.Memorised.Text != v.Memorised.Text {
				t.Errorf("%s: train has %+v, eval %+v", c.kind, trained, v)
			}
		}
		if v.Kind != c.kind || !strings.HasPrefix(v.Next, c.next) || (v.Memorised != nil) != c.memorised || !strings.Contains(text, v.Text) {
			t.Errorf("%s: %+v", c.kind, v)
		}
		if _, shown, _ := attend(t, "", "eval"); !strings.Contains(strings.Join(strings.Fields(shown), " "), v.Text) ||
			!strings.Contains(shown, "\nNext: "+v.Next+"\n") || !strings.Contains(shown, "evaluations: lowest held-out loss ") {
			t.Errorf("%s: eval prints\n%s", c.kind, shown)
		}
		args := shellWords(t, v.Next)
		if code, stdout, stderr := attend(t, "", args...); code != 0 {
			t.Errorf("%s: %s: %s", c.kind, v.Next, stderr)
		} else if c.kind == "still improving" && !strings.Contains(stdout, "It ") { // a resumed training has a verdict too
			t.Errorf("%s prints\n%s", v.Next, stdout)
		}
	}
}

// Without the log of the training there is no verdict, and what can be measured is shown.
func TestNoVerdictWithoutALog(t *testing.T) {
	workshop(t)
	attend(t, "", strings.Fields("train --steps 4 --batch 4 --dim 8 --heads 2 --out runs/x")...)
	for _, log := range []string{"", "{}\n"} {
		write(t, "runs/x/metrics.jsonl", log)
		if code, stdout, stderr := attend(t, "", "eval"); code == 0 || stdout != "" || !strings.Contains(stderr, "metrics.jsonl") {
			t.Errorf("a damaged log %q: %d, %s\n%s", log, code, stderr, stdout)
		}
	}
	if err := os.Remove("runs/x/metrics.jsonl"); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := attend(t, "", "eval", "--format", "json")
	if code != 0 || !strings.Contains(stdout, `"verdict":null`) || !strings.Contains(stderr, "note: there is no verdict on the training: ") {
		t.Errorf("%d, %s\n%s", code, stderr, stdout)
	}
	if code, stdout, _ := attend(t, "", "eval"); code != 0 || strings.Contains(stdout, "Next") || !strings.Contains(stdout, "word for word") {
		t.Errorf("%d\n%s", code, stdout)
	}
}

// All bars of losses have one scale: one that is four times as large has a bar that is four times as long.
func TestLossBarsHaveOneScale(t *testing.T) {
	workshop(t)
	write(t, "unlike.txt", unlike)
	attend(t, "", strings.Fields("train --data unlike.txt --min-count 1 --steps 300 --lr 0.05 --keep last --out runs/x")...)
	_, shown, _ := attend(t, "", "eval")
	_, result, _ := attend(t, "", "eval", "--format", "json")
	var d struct {
		Result struct {
			HeldOutLoss float64 `json:"heldout_loss"`
			Baselines   struct{ Uniform float64 }
		}
	}
	if err := json.Unmarshal([]byte(result), &d); err != nil {
		t.Fatal(err)
	}
	full := map[string]int{}
	for line := range strings.Lines(shown) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.ContainsAny(line, "█·") {
			full[name] = strings.Count(line, "█")
			if n := full[name] + strings.Count(line, "·"); n != 16 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
	if d.Result.HeldOutLoss < 1.5*d.Result.Baselines.Uniform {
		t.Fatalf("held-out loss %g, want one far above uniform", d.Result.HeldOutLoss)
	}
	ratio := d.Result.Baselines.Uniform / d.Result.HeldOutLoss * 16
	if full["held-out"] != 16 || float64(full["uniform"]) < ratio-0.51 || float64(full["uniform"]) > ratio+0.51 {
		t.Errorf("a bar of %d for uniform, want %.1f:\n%s", full["uniform"], ratio, shown)
	}
}
