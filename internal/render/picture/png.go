package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"

	"attend/internal/render"
)

// writePNG writes twice the pixels of the drawing, with what it is about as iTXt chunks.
//
// Source: W3C, Portable Network Graphics (PNG) Specification, 3rd ed. 2025, sections 9.2 and 11.
func writePNG(w io.Writer, d Drawing) (lacking []string, err error) {
	d, lacking = d.inGoFonts()
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	pair := func(kind string, x, y int) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte(kind), uint32(x)), uint32(y))
	}
	chunk(&b, append(pair("IHDR", density*d.width, density*d.height), 8, 2, 0, 0, 0)) // 8 bits of red, green and blue
	for _, t := range append(d.entries, [2]string{"Description", d.description}, [2]string{"Software", "attend"}) {
		chunk(&b, []byte("iTXt"+t[0]+"\x00\x00\x00\x00\x00"+t[1])) // not compressed, no language
	}
	const dotsPerMetre = 3780 * density // 96 to the inch
	chunk(&b, append(pair("pHYs", dotsPerMetre, dotsPerMetre), 1))
	data, err := d.compressed()
	if err != nil {
		return nil, err
	}
	chunk(&b, data)
	chunk(&b, []byte("IEND"))
	return lacking, render.Write(w, &b)
}

// chunk writes one chunk of a PNG, given its type and then its data.
func chunk(b *bytes.Buffer, content []byte) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(content)-4)))
	b.Write(content)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(content)))
}

// compressed returns the chunk of the pixels. Each row is stored as its difference from the row above, which in a picture of
// rectangles is mostly nothing; image/png tries five filters on every row, takes three times as long, and wants all rows at once.
func (d Drawing) compressed() ([]byte, error) {
	data := bytes.NewBufferString("IDAT")
	z, err := zlib.NewWriterLevel(data, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	const up = 2
	above, filtered := make([]byte, 4*density*d.width), make([]byte, 1+3*density*d.width)
	filtered[0] = up
	for row := range d.rows() {
		if bytes.Equal(row, above) {
			clear(filtered[1:])
		} else {
			for at, i := 1, 0; i < len(row); i += 4 {
				filtered[at], filtered[at+1], filtered[at+2] = row[i]-above[i], row[i+1]-above[i+1], row[i+2]-above[i+2]
				at += 3
			}
			copy(above, row)
		}
		if _, err := z.Write(filtered); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return data.Bytes(), err
}
