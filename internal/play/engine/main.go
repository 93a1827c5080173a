//go:build js

// Program engine is the session of the live page, compiled to WebAssembly:
//
//	GOOS=js GOARCH=wasm go build -ldflags "-s -w" -trimpath -o engine.wasm ./internal/play/engine
//
// It runs in a Worker, see worker.js in package site: it passes to attendReady the function that takes requests, and calls attendReply
// with the reply to each. Requests and replies are texts in JSON, see package play.
package main

import (
	"fmt"
	"os"
	"syscall/js"

	"attend/internal/play"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers requests, one after the other. It returns if it cannot begin.
func serve() error {
	folder, err := os.MkdirTemp("", "attend")
	if err != nil {
		return err
	}
	session, err := play.New(folder)
	if err != nil {
		return err
	}
	requests := make(chan string, 1) // the Worker passes one after the reply to the one before
	receive := js.FuncOf(func(_ js.Value, args []js.Value) any {
		requests <- args[0].String()
		return nil
	})
	js.Global().Call("attendReady", receive)
	for request := range requests {
		js.Global().Call("attendReply", string(session.Handle([]byte(request))))
	}
	return nil
}
