package main

import (
	"encoding/binary"
	"fmt"
	"sort"
	"strings"

	"golang.org/x/exp/trace"
)

// objects follows births and deaths of objects. Ids are addresses in words of 8 bytes.
type objects struct {
	names  map[uint64]string
	spans  map[uint64]span8
	living map[uint64][]object
	kinds  map[string]*lives
	seen   bool
}

type span8 struct {
	pages, class uint64
	birth        int
}

type object struct {
	kind  string
	birth int
}

type lives struct {
	existed, allocated, freed int
	cycles                    map[int]int
}

func newObjects() *objects {
	return &objects{map[uint64]string{}, map[uint64]span8{}, map[uint64][]object{}, map[string]*lives{}, false}
}

// tables reads the types of a generation.
func (all *objects) tables(sync trace.Sync) {
	all.names = map[uint64]string{}
	for _, batches := range sync.ExperimentalBatches {
		for _, batch := range batches {
			data := batch.Data
			if len(data) == 0 || data[0] != 0 {
				continue
			}
			data = data[1:]
			number := func() uint64 {
				value, count := binary.Uvarint(data)
				data = data[count:]
				return value
			}
			for len(data) > 0 {
				id, _, _, _, length := number(), number(), number(), number(), number()
				all.names[id] = string(data[:length])
				data = data[length:]
			}
		}
	}
}

// size is the slot of an object and whether it has no pointers.
func (all *objects) size(id uint64) (uint64, bool) {
	page := id / 1024
	for back := uint64(0); back < 10 && back <= page; back++ {
		if span, found := all.spans[page-back]; found && (back < span.pages || back == 0) && span.class&1 == 0 {
			if class := span.class >> 2; class != 0 {
				return sizes[class], span.class&2 != 0
			}
			return span.pages * 8192, span.class&2 != 0
		}
	}
	return 0, false
}

// slot is the word that the death of an object is told of: blocks of tiny objects have two words, and larger objects with
// pointers begin behind a header.
func (all *objects) slot(id uint64) uint64 {
	size, noscan := all.size(id)
	span := all.spans[id/1024]
	large := span.pages > 0 && span.class>>2 == 0
	if noscan && size == 16 || !noscan && size > 512 && !large {
		return id &^ 1
	}
	return id
}

func (all *objects) kind(id, typ uint64) string {
	size, noscan := all.size(id)
	name := "-"
	if typ != 0 && all.names[typ] != "" {
		name = all.names[typ]
	}
	kind := fmt.Sprintf("%d\t%t\t%s", size, noscan, name)
	if all.kinds[kind] == nil {
		all.kinds[kind] = &lives{cycles: map[int]int{}}
	}
	return kind
}

func (all *objects) take(event trace.ExperimentalEvent, ended int, _ int64) {
	argument := func(place int) uint64 { return event.ArgValue(place).Uint64() }
	id := argument(0)
	all.seen = true
	if strings.HasPrefix(event.Name, "HeapObject") {
		id = all.slot(id)
	}
	if event.Name == "Span" || event.Name == "SpanAlloc" {
		// The end of one that was there can be told later.
		for page := uint64(1); page < min(argument(1), 10); page++ {
			if argument(2)>>2 != 0 && argument(2)&1 == 0 {
				delete(all.spans, id+page)
			}
		}
	}
	switch event.Name {
	case "Span":
		all.spans[id] = span8{argument(1), argument(2), -1}
	case "SpanAlloc":
		all.spans[id] = span8{argument(1), argument(2), ended}
	case "SpanFree":
		// As with objects; what is not of the heap is freed at any time.
		if all.spans[id].birth != ended || all.spans[id].class&1 != 0 {
			delete(all.spans, id)
		}
	case "HeapObject":
		kind := all.kind(id, argument(1))
		all.kinds[kind].existed++
		all.living[id] = append(all.living[id], object{kind, -1})
	case "HeapObjectAlloc":
		kind := all.kind(id, argument(1))
		all.kinds[kind].allocated++
		all.living[id] = append(all.living[id], object{kind, ended})
	case "HeapObjectFree":
		// Only what the last cycle found dead is swept: who was born since lives on, though the time of a thread that sweeps can
		// run ahead, so that a slot is used again before the death in it is told.
		var left []object
		for _, object := range all.living[id] {
			if object.birth == ended {
				left = append(left, object)
				continue
			}
			lives := all.kinds[object.kind]
			lives.freed++
			if object.birth >= 0 {
				lives.cycles[ended-object.birth]++
			}
		}
		if len(left) == len(all.living[id]) {
			all.kinds[all.kind(id, 0)].existed++
			all.kinds[all.kind(id, 0)].freed++
		}
		if all.living[id] = left; len(left) == 0 {
			delete(all.living, id)
		}
	}
}

func (all *objects) finish() {
	if !all.seen {
		return
	}
	var kinds []string
	for kind := range all.kinds {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	for _, kind := range kinds {
		lives := all.kinds[kind]
		var cycles []int
		for number := range lives.cycles {
			cycles = append(cycles, number)
		}
		sort.Ints(cycles)
		var told []string
		for _, number := range cycles {
			told = append(told, fmt.Sprintf("%d:%d", number, lives.cycles[number]))
		}
		fmt.Fprintf(out, "lives\t%d\t%d\t%d\t%s\t%s\n", lives.existed, lives.allocated, lives.freed, strings.Join(told, ","), kind)
	}
}

// sizes are the runtime's, of `class_to_size` in internal/runtime/gc/sizeclasses.go.
var sizes = []uint64{0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384,
	416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096,
	4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760,
	24576, 27264, 28672, 32768}
