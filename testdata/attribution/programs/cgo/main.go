// C code beside Go code.
package main

/*
#include <stdlib.h>
#include <string.h>
static int length(const char *text) { return (int)strlen(text); }
*/
import "C"

import "unsafe"

var (
	lengths []int
	copies  []string
	raw     [][]byte
)

func main() {
	for i := 0; i < 600; i++ {
		text := C.CString("some text")
		lengths = append(lengths, int(C.length(text)))               // reason: slice_growth
		copies = append(copies, C.GoString(text))                    // reason: slice_growth string_conversion
		raw = append(raw, C.GoBytes(unsafe.Pointer(text), C.int(5))) // reason: slice_growth string_conversion
		C.free(unsafe.Pointer(text))
	}
	writeProfile()
}
