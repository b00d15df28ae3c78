package main

func storeGlobal()               { pointSink = &point{} }            // want "&point{}" stored_in_heap
func storeVariable()             { n := 1; intSink = &n }            // want "n" stored_in_heap
func storeField(n *node)         { n.next = &node{} }                // want "&node{}" stored_in_heap
func storeFieldVariable(n *node) { v := 1; n.val = &v }              // want "v" stored_in_heap
func storeDeref(p **point)       { *p = &point{} }                   // want "&point{}" stored_in_heap
func storeSlice()                { bytesSink = make([]byte, 8) }     // want "make([]byte, 8)" stored_in_heap
func storeLiteral()              { bytesSink = []byte{1, 2} }        // want "[]byte{...}" stored_in_heap
func storeNested()               { nodeSink = &node{next: &node{}} } // want "&node{...}" stored_in_heap // want "&node{}" stored_in_heap
func storeInStruct(h *handler)   { *h = handler{p: &point{}} }       // want "&point{}" stored_in_heap
func storeBuffer(n *node)        { n.buf = make([]byte, 100) }       // want "make([]byte, 100)" stored_in_heap
func storeNew()                  { intSink = new(int) }              // want "new(int)" stored_in_heap
func storeInReturned() *node     { v := 3; return &node{val: &v} }   // want "&node{...}" returned_pointer // want "v" stored_in_heap
func storeInterface()            { shape = &point{} }                // want "&point{}" stored_in_heap
func storeAny()                  { anySink = &point{} }              // want "&point{}" stored_in_heap
func storeLater() {
	p := &point{} // want "&point{}" stored_in_heap
	p.x = 2
	pointSink = p
}
func (h *handler) set(x int) {
	p := point{x: x} // want "p" stored_in_heap
	h.p = &p
}

func appendPointer()                      { points = append(points, &point{}) }        // want "&point{}" container_element // want>=1.25 "append" slice_growth
func appendVariable()                     { var p point; points = append(points, &p) } // want "p" container_element
func appendField(h *handler)              { h.ps = append(h.ps, &point{x: 1}) }        // want "&point{...}" container_element
func appendReturned(ps []*point) []*point { return append(ps, &point{}) }              // want "&point{}" container_element
func mapValue()                           { byName["a"] = &point{} }                   // want "&point{}" container_element
func mapKey()                             { byPoint[&point{}] = 1 }                    // want "&point{}" container_element
func mapVariable(m map[int]*int)          { n := 2; m[1] = &n }                        // want "n" container_element
func mapLiteralValue()                    { anySink = map[string]*point{"a": {}} }     // want "&point{}" container_element // want "map[string]*point{...}" map_creation
func arrayElement(i int)                  { table[i] = &point{} }                      // want "&point{}" container_element
func sliceElement(ps []*point)            { ps[0] = &point{} }                         // want "&point{}" container_element
func sliceLiteral() []*point              { return []*point{{x: 1}} }                  // want "&point{...}" container_element // want "[]*point{...}" returned_pointer
func sliceLiteralVariable()               { var p point; points = []*point{&p} }       // want "p" container_element // want "[]*point{...}" stored_in_heap
func mapSlice(m map[string][]byte)        { m["x"] = make([]byte, 4) }                 // want "make([]byte, 4)" container_element

func sendPointer()             { pointChan <- &point{} }         // want "&point{}" channel_send
func sendVariable()            { p := point{}; pointChan <- &p } // want "p" channel_send
func sendBuffer(c chan []byte) { c <- make([]byte, 32) }         // want "make([]byte, 32)" channel_send
func sendSelect(c chan *point) {
	select {
	case c <- &point{x: 1}: // want "&point{...}" channel_send
	default:
	}
}
func sendLater(c chan<- *node) {
	n := &node{name: "x"} // want "&node{...}" channel_send
	c <- n
}

func loopVariable() int {
	var last *int
	for i := 0; i < 3; i++ {
		x := i // want "x" loop_variable
		last = &x
	}
	return *last
}
func loopLiteral(ns []int) int {
	var best *point
	for _, n := range ns {
		if best == nil || n > best.x {
			best = &point{x: n} // want "&point{...}" loop_variable
		}
	}
	return best.x
}
func loopNew() int {
	var p *int
	for i := 0; i < 2; i++ {
		p = new(int) // want "new(int)" loop_variable
	}
	return *p
}
func loopStruct(ns []int) int {
	var n node
	for _, v := range ns {
		w := v // want "w" loop_variable
		n.val = &w
	}
	return *n.val
}
func loopList(ns []string) int {
	var head *node
	for _, s := range ns {
		head = &node{next: head, name: s} // want "&node{...}" loop_variable
	}
	return len(head.name)
}
