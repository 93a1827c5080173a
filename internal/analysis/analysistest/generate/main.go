// Command generate writes the texts of package analysistest into a folder: NAME.txt to train on, and NAME.causes with the cause
// words of other sentences of the task marked. It prints the commands that train on them.
//
//	go run ./internal/analysis/analysistest/generate FOLDER
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"attend/internal/analysis/analysistest"
)

const seed = 1 // of the texts

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// write writes the files of all tasks into a folder, and the commands to commands.
func write(folder string, commands io.Writer) error {
	for _, task := range analysistest.Tasks() {
		text, marked := task.Draw(seed)
		path := filepath.Join(folder, task.Name)
		if err := os.WriteFile(path+".txt", []byte(analysistest.Text(text)), 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(path+".causes", []byte(analysistest.Marked(marked)), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(commands, "# %s: the loss of its exact probabilities is %.4f nats per token\n", task.Name,
			analysistest.Loss(text))
		for seed := 1; seed <= 3; seed++ {
			rate := ""
			if task.LearningRate > 0 {
				rate = fmt.Sprintf(" --lr %g", task.LearningRate)
			}
			run := filepath.Join(folder, "runs", fmt.Sprintf("%s-%d", task.Name, seed))
			fmt.Fprintf(commands, "attend train --data %s.txt --layers %d --heads %d --dim %d --steps %d%s --seed %d --out %s\n",
				path, task.Layers, task.Heads, task.Dim, task.Steps, rate, seed, run)
		}
	}
	return nil
}
