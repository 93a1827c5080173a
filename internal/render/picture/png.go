package picture

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"attend/internal/render"
)

// density is how many pixels of a PNG one pixel of the drawing becomes, for sharp print and screens.
const density = 2

// bandHeight is how many rows of pixels are drawn at a time: few, so that they stay in the processor's cache and a
// large picture takes little memory.
const bandHeight = 64

// PNG writes the figure in twice the pixels of the drawing that SVG writes, with title, sentence, run and step as
// iTXt chunks. Words are set in the Go fonts, which have Latin, Greek and Cyrillic letters; each character that they lack is a
// box, and the first result has each of these once. The same figure gives the same bytes. The error tells what is
// wrong with the figure, or that of the writer.
func PNG(w io.Writer, f Figure, o Options) (lacking string, err error) {
	face, err := newTypeface()
	if err != nil {
		return "", err
	}
	d, err := layout(f, o, face)
	if err != nil {
		return "", err
	}
	return writePNG(w, d, f.subject(), face)
}

// writePNG draws the pixels of a drawing. The first result has the characters that the font lacks.
func writePNG(w io.Writer, d drawing, about subject, face *typeface) (lacking string, err error) {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	r := newRaster(d, face)
	header := binary.BigEndian.AppendUint32(nil, uint32(r.width))
	header = binary.BigEndian.AppendUint32(header, uint32(r.height))
	chunk(&b, "IHDR", append(header, 8, 2, 0, 0, 0)) // 8 bits of red, green and blue
	for _, entry := range about.entries {
		chunk(&b, "iTXt", []byte(entry[0]+"\x00\x00\x00\x00\x00"+entry[1])) // not compressed, no language
	}
	const dotsPerMetre = 3780 * density // 96 to the inch
	physical := binary.BigEndian.AppendUint32(nil, dotsPerMetre)
	chunk(&b, "pHYs", append(binary.BigEndian.AppendUint32(physical, dotsPerMetre), 1))
	if err := compress(&b, r); err != nil {
		return "", fmt.Errorf("compress: %w", err)
	}
	chunk(&b, "IEND", nil)
	return r.lacking(), render.Write(w, &b)
}

// chunk writes one chunk of a PNG: its length, its kind, its content and the checksum of the latter two.
func chunk(b *bytes.Buffer, kind string, content []byte) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(content))))
	from := b.Len()
	b.WriteString(kind)
	b.Write(content)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b.Bytes()[from:])))
}

// dataChunks writes what it is given as chunks of pixels.
type dataChunks struct{ to *bytes.Buffer }

func (d dataChunks) Write(p []byte) (int, error) {
	chunk(d.to, "IDAT", p)
	return len(p), nil
}

// compress writes the pixels, band by band. Each row is stored as its difference from the row above ("up" in
// PNG), which in a picture of rectangles is mostly nothing, and nothing compresses fast.
func compress(b *bytes.Buffer, r *raster) error {
	chunks := bufio.NewWriterSize(dataChunks{b}, 1<<16)
	z, err := zlib.NewWriterLevel(chunks, zlib.BestSpeed)
	if err != nil {
		return err
	}
	stride := 3 * r.width
	above, filtered, same := make([]byte, stride), make([]byte, 1+stride), make([]byte, 1+stride)
	const up = 2
	filtered[0], same[0] = up, up
	pixels := make([]byte, stride*bandHeight)
	for y := 0; y < r.height; y += bandHeight {
		rows := min(bandHeight, r.height-y)
		r.band(pixels, y, rows)
		for i := range rows {
			row, out := pixels[i*stride:(i+1)*stride], same
			if !bytes.Equal(row, above) {
				for j, v := range row {
					filtered[1+j] = v - above[j]
				}
				out = filtered
				copy(above, row)
			}
			if _, err := z.Write(out); err != nil {
				return err
			}
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return chunks.Flush()
}
