// Program dist builds the archives of a release, from the folder of the source:
//
//	go run ./internal/dist                       # all systems, into dist/
//	go run ./internal/dist -o DIR linux/amd64
//
// An archive has the program with the engine of the live page inside, the README and the licences. The program is stamped with the
// version: the tag of the commit, or else a pseudo-version of Go, with "+dirty" behind it if the source has changes that are not
// committed. SHA256SUMS lists the checksums of the archives. The same source and the same Go give the same bytes, wherever and whenever.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"attend/internal/file"
	"attend/internal/play/site"
)

// targets are the systems for which there are archives.
func targets() []string {
	return []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	folder := flag.String("o", "dist", "`folder` for the archives")
	flag.Parse()
	if err := build(ctx, *folder, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// build builds the archives for some targets, or for all, into a folder.
func build(ctx context.Context, folder string, chosen []string) error {
	if len(chosen) == 0 {
		chosen = targets()
	}
	for _, target := range chosen {
		if !slices.Contains(targets(), target) {
			return fmt.Errorf("there is no target %q: want %s", target, strings.Join(targets(), ", "))
		}
	}
	root, err := site.FindSource()
	if err != nil {
		return err
	}
	v, err := readVersion(ctx, root)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "attend-dist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	overlay, err := buildEngine(ctx, root, temporary)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for _, target := range chosen {
		name, content, err := archiveOf(ctx, root, temporary, overlay, target, v)
		if err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		if err := file.Replace(filepath.Join(folder, name), file.Bytes(content)); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), name)
		fmt.Printf("%s: %.1f MB\n", name, float64(len(content))/1e6)
	}
	if now, err := readVersion(ctx, root); err != nil || now != v {
		return errors.Join(err, fmt.Errorf("the source of %s was changed while it was built: build it again", v.name))
	}
	return file.Replace(filepath.Join(folder, "SHA256SUMS"), file.Bytes([]byte(sums.String())))
}

// archiveOf builds the program for a target and returns its archive with the name of that.
func archiveOf(ctx context.Context, root, temporary, overlay, target string, v version) (name string, content []byte, err error) {
	system, processor, _ := strings.Cut(target, "/")
	name = fmt.Sprintf("attend-%s-%s-%s", v.name, system, processor)
	program, pack, extension := "attend", tarball, ".tar.gz"
	if system == "windows" {
		program, pack, extension = "attend.exe", zipped, ".zip"
	}
	path := filepath.Join(temporary, system+"-"+processor, program)
	if err := compile(ctx, root, path, overlay, target, v); err != nil {
		return "", nil, err
	}
	built, err := os.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	licences, err := licences(ctx, root, target)
	if err != nil {
		return "", nil, err
	}
	files := []entry{{name: program, content: built, executable: true}, {name: "LICENSES-OF-OTHERS.txt", content: licences}}
	for _, name := range []string{"LICENSE", "README.md"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", nil, err
		}
		files = append(files, entry{name: name, content: b})
	}
	pages, err := manualPages(root)
	if err != nil {
		return "", nil, err
	}
	files = append(files, pages...)
	slices.SortFunc(files, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for i := range files {
		files[i].name = name + "/" + files[i].name
	}
	content, err = pack(files, v.time)
	return name + extension, content, errors.Join(err, os.RemoveAll(filepath.Dir(path)))
}
