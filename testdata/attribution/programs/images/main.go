// Tiles of an image: large arrays by value, grids, run lengths, a gzip archive, and timing by defer.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"sort"
)

type block [2048]byte

type shape interface{ area() float64 }

type circle struct{ r float64 }
type polygon struct{ points [130]float64 }

func (c circle) area() float64 { return math.Pi * c.r * c.r }
func (p polygon) area() float64 {
	sum := 0.0
	for _, v := range p.points {
		sum += v
	}
	return sum
}

type run struct {
	Value byte
	Count int
}

type grid struct {
	cells [][]float64
	w, h  int
}

func newGrid(w, h int) *grid {
	g := &grid{w: w, h: h, cells: make([][]float64, h)} // reason: returned_pointer unknown_size
	for y := range g.cells {
		g.cells[y] = make([]float64, w) // reason: unknown_size
	}
	return g
}

func (g *grid) blur() *grid {
	out := newGrid(g.w, g.h) // reason: returned_pointer unknown_size
	for y := 1; y < g.h-1; y++ {
		for x := 1; x < g.w-1; x++ {
			out.cells[y][x] = (g.cells[y-1][x] + g.cells[y+1][x] + g.cells[y][x-1] + g.cells[y][x+1]) / 4
		}
	}
	return out
}

func encode(data []byte) (runs []run) {
	for i := 0; i < len(data); {
		j := i
		for j < len(data) && data[j] == data[i] {
			j++
		}
		runs = append(runs, run{data[i], j - i}) // reason: slice_growth
		i = j
	}
	return runs
}

func blockOf(n int) any {
	var b block
	for i := range b {
		b[i] = byte(i / (n + 1))
	}
	return b // reason: interface_boxing
}

func shapes(n int) []shape {
	all := make([]shape, 0, n) // reason: unknown_size
	for i := 0; i < n; i++ {
		if i%3 == 0 {
			var p polygon
			p.points[i%130] = float64(i)
			all = append(all, p) // reason: interface_boxing
		} else {
			all = append(all, circle{float64(i)}) // reason: interface_boxing
		}
	}
	return all
}

func picture(g *grid) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, g.w, g.h)) // reason: returned_pointer library unknown_size
	for y, line := range g.cells {
		for x, v := range line {
			img.Set(x, y, color.RGBA{uint8(v), uint8(v / 2), 30, 255}) // reason: interface_boxing
		}
	}
	return img
}

func histogram(g *grid) map[int]int {
	counts := make(map[int]int, 256) // reason: map_creation
	for _, line := range g.cells {
		for _, v := range line {
			counts[int(v)]++ // reason: map_growth
		}
	}
	return counts
}

func pack(parts map[string][]run) ([]byte, error) {
	var out bytes.Buffer                                         // reason: interface_boxing unknown_callee leaking_callee
	zipped := gzip.NewWriter(&out)                               // reason: returned_pointer library
	if err := gob.NewEncoder(zipped).Encode(parts); err != nil { // reason: encoding library buffer_growth returned_pointer reflection interface_boxing
		return nil, err
	}
	if err := zipped.Close(); err != nil { // reason: library buffer_growth
		return nil, err
	}
	return out.Bytes(), nil
}

type timing struct {
	names []string
}

func (t *timing) step(name string) func() {
	t.names = append(t.names, name)                           // reason: slice_growth
	return func() { t.names = append(t.names, name+" done") } // reason: escaping_closure returned_pointer slice_growth concatenation
}

var (
	encoded []byte
	packed  []byte
	areas   []float64
	counts  map[int]int
	steps   timing
)

func main() {
	defer steps.step("all")() // reason: escaping_closure returned_pointer slice_growth
	g := newGrid(120, 90)     // reason: returned_pointer unknown_size
	for y := range g.cells {
		for x := range g.cells[y] {
			g.cells[y][x] = float64(x*y%997) * 3
		}
	}
	for i := 0; i < 4; i++ {
		func() {
			defer steps.step(fmt.Sprint("blur ", i))() // reason: escaping_closure returned_pointer slice_growth formatting interface_boxing variadic_slice
			g = g.blur()                               // reason: returned_pointer unknown_size
		}()
	}
	counts = histogram(g)       // reason: map_creation map_growth
	parts := map[string][]run{} // reason: map_creation
	for i := 0; i < 60; i++ {
		b := blockOf(i).(block)
		parts[fmt.Sprintf("part %d", i)] = encode(b[:]) // reason: map_growth formatting interface_boxing variadic_slice slice_growth
	}
	var err error
	if packed, err = pack(parts); err != nil {
		panic(err)
	}
	for _, s := range shapes(90) { // reason: unknown_size interface_boxing
		areas = append(areas, s.area()) // reason: slice_growth
	}
	sort.Float64s(areas)                                 // reason: interface_boxing
	var out bytes.Buffer                                 // reason: interface_boxing unknown_callee leaking_callee
	if err := png.Encode(&out, picture(g)); err != nil { // reason: library encoding buffer_growth returned_pointer interface_boxing unknown_size
		panic(err)
	}
	encoded = out.Bytes()
	writeProfile()
}
