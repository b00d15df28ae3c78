// Maps of several key and value types, made, grown and copied.
package main

type user struct {
	name  string
	age   int
	roles []string
}

type key struct{ a, b int32 }

var (
	byName  = make(map[string]user) // reason: map_creation
	byKey   = make(map[key]int)     // reason: map_creation
	flags   map[int]bool
	groups  map[string][]int
	nested  map[int]map[int]int
	sized   map[int]int
	small   map[byte]byte
	floats  map[float64]string
	letters = [...]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
)

func main() {
	flags = map[int]bool{}            // reason: map_creation
	groups = make(map[string][]int)   // reason: map_creation
	nested = map[int]map[int]int{}    // reason: map_creation
	small = make(map[byte]byte)       // reason: map_creation
	floats = make(map[float64]string) // reason: map_creation
	for i := 0; i < 2000; i++ {
		name := letters[i%10] + letters[i/10%10] + letters[i/100%10] + letters[i/1000%10] // reason: concatenation
		byName[name] = user{name: name, age: i}                                           // reason: map_growth
		byKey[key{int32(i), int32(-i)}] = i                                               // reason: map_growth
		flags[i] = i%2 == 0                                                               // reason: map_growth
		group := name[:2]
		groups[group] = append(groups[group], i) // reason: slice_growth map_growth
		small[byte(i)] = byte(i)                 // reason: map_growth
		floats[float64(i)/3] = name              // reason: map_growth
	}
	for i := 0; i < 100; i++ {
		inner := nested[i%10]
		if inner == nil {
			inner = make(map[int]int) // reason: map_creation
			nested[i%10] = inner      // reason: map_growth
		}
		inner[i] = i // reason: map_growth
	}
	for i := 0; i < 20; i++ {
		sized = make(map[int]int, 500) // reason: map_creation
		local(i)
	}
	writeProfile()
}

func local(n int) int {
	count := map[int]int{}
	for i := 0; i < 200; i++ {
		count[i*n] += i // reason: map_growth
	}
	return len(count)
}
