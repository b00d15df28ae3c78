// A reader of captured packets.
package main

import (
	"bytes"
	"encoding/binary"
	"io"

	"example.com/cases/obs"
)

type header struct {
	Magic    uint32
	Kind     uint16
	Flags    uint16
	Sequence uint64
	Length   uint32
	Checksum uint32
}

type decoder struct {
	r io.Reader
}

func (d *decoder) next() (header, []byte, error) {
	var h header
	if err := binary.Read(d.r, binary.BigEndian, &h); err != nil {
		return h, nil, err
	}
	body := make([]byte, h.Length)
	_, err := io.ReadFull(d.r, body)
	return h, body, err
}

func sum(capture []byte) (total uint64) {
	d := &decoder{r: bytes.NewReader(capture)}
	for {
		h, body, err := d.next()
		if err != nil {
			return total
		}
		total += h.Sequence + uint64(len(body))
	}
}

func main() {
	var capture bytes.Buffer
	for i := range 20000 {
		binary.Write(&capture, binary.BigEndian, header{Magic: 0xfeed, Sequence: uint64(i), Length: 48})
		capture.Write(make([]byte, 48))
	}
	obs.Run(0, func(int) { sum(capture.Bytes()) })
}
