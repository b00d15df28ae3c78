package main

import "bytes"

func returnLiteral() *point       { return &point{1, 2} }       // want "&point{...}" returned_pointer
func returnEmpty() *point         { return &point{} }           // want "&point{}" returned_pointer
func returnNew() *int             { return new(int) }           // want "new(int)" returned_pointer
func returnVariable() *point      { p := point{}; return &p }   // want "p" returned_pointer
func returnParam(p point) *point  { return &p }                 // want "p" returned_pointer
func returnField() *int           { var p point; return &p.x }  // want "p" returned_pointer
func returnSlice() []byte         { return make([]byte, 64) }   // want "make([]byte, 64)" returned_pointer
func returnLiteralSlice() []int   { return []int{1, 2, 3} }     // want "[]int{...}" returned_pointer
func returnArraySlice() []int     { var a [4]int; return a[:] } // want "a" returned_pointer
func returnBuffer() *bytes.Buffer { return new(bytes.Buffer) }  // want "new(bytes.Buffer)" returned_pointer
func returnTwo() (*point, error)  { return &point{}, nil }      // want "&point{}" returned_pointer
func returnLocal() *point {
	p := &point{} // want "&point{}" returned_pointer
	p.x = 1
	return p
}

func returnNamed(n int) (p *point) {
	p = &point{x: n} // want "&point{...}" returned_pointer
	return
}

func returnNamedVariable() (p *int) {
	var n int // want "n" returned_pointer
	p = &n
	return
}

func returnBranch(ok bool) *point {
	if ok {
		return &point{x: 1} // want "&point{...}" returned_pointer
	}
	return nil
}

func returnInterface() shaper { return &point{} } // want "&point{}" returned_pointer

//go:noinline
func returnKept() *point {
	p := new(point) // want "new(point)" returned_pointer
	return p
}

func returnThrough() *point { return identity(&point{y: 1}) } // want "&point{...}" returned_pointer

//go:noinline
func identity(p *point) *point { return p }
