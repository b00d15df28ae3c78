// Packs blobs: hashes, compresses, frames and indexes them, and reads them back.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
)

type header struct {
	Version uint16
	Flags   uint16
	Length  uint32
}

type blob struct {
	name string
	sum  [32]byte
	data []byte
}

type index struct {
	offsets map[[32]byte]int64
	names   map[string]*blob
	order   []string
}

type countingWriter struct {
	io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}

func newBlob(name string, data []byte) *blob {
	b := &blob{name: name, data: data} // reason: returned_pointer leaking_callee
	b.sum = sha256.Sum256(data)
	return b
}

func (b *blob) key() string { return hex.EncodeToString(b.sum[:]) } // reason: encoding string_conversion

func (b *blob) short() string {
	return b.name + "@" + b.key()[:8] // reason: concatenation
}

func compress(data []byte) ([]byte, error) {
	var out bytes.Buffer                     // reason: interface_boxing leaking_callee
	w := gzip.NewWriter(&out)                // reason: returned_pointer library
	if _, err := w.Write(data); err != nil { // reason: library buffer_growth
		return nil, err
	}
	if err := w.Close(); err != nil { // reason: library buffer_growth
		return nil, err
	}
	return out.Bytes(), nil
}

func decompress(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data)) // reason: returned_pointer library buffer_growth leaking_callee
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r) // reason: buffer_growth library
}

func (ix *index) write(w *countingWriter, b *blob) error {
	packed, err := compress(b.data)
	if err != nil {
		return err
	}
	ix.offsets[b.sum] = w.n             // reason: map_growth
	ix.names[b.name] = b                // reason: map_growth
	ix.order = append(ix.order, b.name) // reason: slice_growth
	h := header{Version: 2, Length: uint32(len(packed))}
	if err := binary.Write(w, binary.LittleEndian, h); err != nil { // reason: interface_boxing encoding
		return err
	}
	check := make([]byte, 4)                                      // reason: unknown_callee leaking_callee
	binary.BigEndian.PutUint32(check, crc32.ChecksumIEEE(packed)) // reason: library
	if _, err := w.Write(check); err != nil {                     // reason: buffer_growth
		return err
	}
	_, err = w.Write(packed) // reason: buffer_growth
	return err
}

func read(r *bytes.Reader) ([][]byte, error) {
	var all [][]byte
	for r.Len() > 0 {
		var h header                                                    // reason: interface_boxing leaking_callee
		if err := binary.Read(r, binary.LittleEndian, &h); err != nil { // reason: encoding
			return nil, err
		}
		packed := make([]byte, h.Length+4) // reason: unknown_size
		if _, err := io.ReadFull(r, packed); err != nil {
			return nil, err
		}
		data, err := decompress(packed[4:])
		if err != nil {
			return nil, fmt.Errorf("blob %d: %w", len(all), err)
		}
		all = append(all, data) // reason: slice_growth
	}
	return all, nil
}

func text(seed, n int) []byte {
	var lines []string
	for i := 0; i < n; i++ {
		line := []byte(strconv.Itoa(seed * i))                                  // reason: formatting string_conversion
		line = append(line, " the quick brown fox jumps over the lazy dog "...) // reason: slice_growth
		line = strconv.AppendQuote(line, "n")                                   // reason: slice_growth formatting
		lines = append(lines, string(line))                                     // reason: string_conversion slice_growth
	}
	return []byte(strings.Join(lines, "\n")) // reason: string_conversion string_building buffer_growth
}

func manifest(ix *index) string {
	out := ""
	for _, name := range ix.order {
		out += ix.names[name].short() + "\n" // reason: concatenation
	}
	return base64.StdEncoding.EncodeToString([]byte(out)) // reason: encoding string_conversion
}

func main() {
	ix := &index{offsets: map[[32]byte]int64{}, names: make(map[string]*blob, 64)} // reason: map_creation
	var file bytes.Buffer                                                          // reason: interface_boxing stored_in_heap
	w := &countingWriter{Writer: &file}                                            // reason: interface_boxing leaking_callee
	for i := 0; i < 60; i++ {
		b := newBlob(fmt.Sprintf("blob-%02d", i), text(i, 40)) // reason: formatting interface_boxing
		if err := ix.write(w, b); err != nil {
			panic(err)
		}
	}
	all, err := read(bytes.NewReader(file.Bytes())) // reason: returned_pointer
	if err != nil {
		panic(err)
	}
	for i, data := range all {
		name := ix.order[i]
		if !bytes.Equal(data, ix.names[name].data) {
			panic(name)
		}
	}
	listing = manifest(ix)
	writeProfile()
}

var listing string
