// Package codec turns values into bytes.
package codec

// Encode returns the value with its length in front.
//
//go:noinline
func Encode(value []byte) []byte {
	out := make([]byte, 1, len(value)+1) // reason: unknown_size
	out[0] = byte(len(value))
	return append(out, value...) // reason: slice_growth
}

// Number writes a number in hexadecimal.
//
//go:noinline
func Number(i int) string {
	out := []byte{"0123456789abcdef"[i>>8&15], "0123456789abcdef"[i>>4&15], "0123456789abcdef"[i&15]}
	return string(out) // reason: string_conversion
}
