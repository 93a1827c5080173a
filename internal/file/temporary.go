package file

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
)

// temporary separates the name of a file or folder from the number of the one that will replace it:
// .NAME.tmp-attend-NUMBER. The second half of the number is a checksum of the rest, so that no file which somebody else
// named is taken for one of ours.
const temporary = ".tmp-attend-"

// Digits of a number, in hexadecimal: those drawn at random, and those of the checksum.
const (
	randomDigits   = 8
	checksumDigits = 8
)

// mostName is how many bytes of a name its temporary names hold. File systems allow 255 in all.
const mostName = 200

// TemporaryName returns a new name for what is to be moved to the given name in the same folder.
func TemporaryName(name string) string {
	return temporaryName(name, fmt.Sprintf("%0*x", randomDigits, rand.Uint32()))
}

func temporaryName(name, random string) string {
	sum := sha256.Sum256([]byte("attend\x00" + name + "\x00" + random))
	return "." + Shortened(name, mostName) + temporary + random + fmt.Sprintf("%x", sum)[:checksumDigits]
}

// Shortened returns a name of at most so many bytes for a file that goes with the one of the given name: that name, or where it
// is too long its beginning and a hash of it.
func Shortened(name string, most int) string {
	if len(name) <= most {
		return name
	}
	const hashDigits = 16
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%s~%x", strings.ToValidUTF8(name[:most-hashDigits-1], ""), sum[:hashDigits/2])
}

// IsTemporary reports whether [TemporaryName] made an entry of a folder for a name.
func IsTemporary(entry, name string) bool {
	number, ok := strings.CutPrefix(entry, "."+Shortened(name, mostName)+temporary)
	return ok && len(number) == randomDigits+checksumDigits && entry == temporaryName(name, number[:randomDigits])
}

// TemporaryOf returns the name for which [TemporaryName] made an entry of a folder. It does not find
// a name that TemporaryName shortened.
func TemporaryOf(entry string) (name string, ok bool) {
	at := strings.LastIndex(entry, temporary)
	if at < 1 || entry[0] != '.' {
		return "", false
	}
	name = entry[1:at]
	return name, IsTemporary(entry, name)
}
