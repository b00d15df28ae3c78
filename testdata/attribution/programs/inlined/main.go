// Calls that are inlined three deep: the compiler names the outermost line, the profile the innermost.
package main

type buffer struct {
	bytes []byte
	limit int
}

func newBuffer(size int) *buffer {
	return &buffer{bytes: makeBytes(size), limit: size} // reason: stored_in_heap returned_pointer unknown_size
}

func makeBytes(size int) []byte {
	return allocate(size) // reason: unknown_size
}

func allocate(size int) []byte {
	return make([]byte, size) // reason: unknown_size
}

type registry struct {
	byName map[string]*buffer
	order  []string
}

func (r *registry) put(name string, b *buffer) {
	r.byName[name] = b // reason: map_growth
	r.remember(name)   // reason: slice_growth
}

func (r *registry) remember(name string) {
	r.order = push(r.order, name) // reason: slice_growth
}

func push(names []string, name string) []string {
	return append(names, name) // reason: slice_growth
}

func label(prefix, name string) string {
	return prefix + "/" + name // reason: concatenation
}

func qualified(name string) string { return label("buffers", name) } // reason: concatenation

type queue struct{ ready chan *buffer }

func newQueue() *queue { return &queue{ready: makeChannel()} } // reason: stored_in_heap returned_pointer channel

func makeChannel() chan *buffer { return make(chan *buffer) } // reason: channel

var (
	last  *buffer
	all   registry
	line  *queue
	names = [...]string{"one", "two", "three", "four", "five", "six", "seven"}
)

func main() {
	all.byName = make(map[string]*buffer) // reason: map_creation
	for i := 0; i < 1500; i++ {
		last = newBuffer(100 + i%50)                                                  // reason: unknown_size stored_in_heap
		name := qualified(names[i%7]) + names[i/7%7] + names[i/49%7] + names[i/343%7] // reason: concatenation
		all.put(name, last)                                                           // reason: map_growth slice_growth
		line = newQueue()                                                             // reason: channel stored_in_heap
	}
	writeProfile()
}
