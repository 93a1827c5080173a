package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// longestOpening is how long the command that opens a browser is waited for: some end when the browser does.
const longestOpening = 3 * time.Second

// openBrowser asks the system to show an address. It returns an error if it finds at once that this fails.
func openBrowser(address string) error {
	args := []string{"xdg-open", address}
	switch runtime.GOOS {
	case "darwin":
		args = []string{"open", address}
	case "windows":
		args = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && os.Getenv("BROWSER") == "" {
			return errors.New("there is no display") // xdg-open would look for a browser of the terminal
		}
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		return fmt.Errorf("there is no command %s", args[0])
	}
	cmd := exec.Command(path, args[1:]...)
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
	case <-time.After(longestOpening):
	}
	return nil
}

// fileAddress returns the address of a file for a browser. The path is absolute.
func fileAddress(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
