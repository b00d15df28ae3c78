// Command allocations measures what each of its constructs really allocates: name, and allocations a run.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type (
	color       int
	label       string
	empty       struct{}
	pair        struct{ x, y int }
	onlyPointer struct{ p *int }
	codeError   struct{ code int }
	names       []string
	set         map[string]bool
	shape       interface{ area() int }
)

func (p pair) String() string    { return "pair" }
func (p pair) show()             { intsSink[0] = p.x }
func (p pair) area() int         { return p.x }
func (p *pair) touch()           { p.x++ }
func (e codeError) Error() string { return "code" }

var (
	anySink      any
	errSink      error
	stringerSink fmt.Stringer
	anysSink     []any
	intSink      *int
	pairSink     *pair
	emptySink    *empty
	bufferSink   *bytes.Buffer
	intsSink     = make([]int, 8)
	intsSink2    []int
	emptiesSink  []struct{}
	emptiesKept  []empty
	stringsSink  []string
	namesSink    names
	bytesSink    []byte
	runesSink    []rune
	stringSink   string
	mapSink      map[string]int
	setSink      set
	chanSink     chan int
	funcSink     func()
	intFuncSink  func() int
	methodSink   func(pair)

	someBool        = true
	someByte        = byte(200)
	smallInt        = 7
	largeInt        = 70000
	someInt32       = int32(70000)
	someFloat       = 7.5
	zeroFloat       = 0.0
	someString      = "some string that is longer than thirty-two bytes"
	emptyString     = ""
	someSlice       = []int{1}
	nilSlice        []int
	somePointer     = new(int)
	somePair        = pair{70000, 70001}
	somePointerPair = &pair{1, 2}
	someShape       = shape(somePair)
	someArray       [4]int
	someMap         = map[string]int{}
	someChan        = make(chan int)
	someFunc        = someFunction
	someTime        = time.Now()
	someBytes       = []byte("some bytes, and more than thirty-two of them")
	noBytes         []byte
	errSome         = errors.New("some")
	roomy           = make([]int, 0, 8)
	n300            = 300
	n5              = 5
	nZero           = 0
	doneChan        = make(chan bool)
	pairChan        = make(chan *pair, 1)
	pointerMap      = map[string]*pair{}
	pool            sync.Pool
	atomicPair      atomic.Pointer[pair]
	localFunc       = func(n int) int { return n + largeInt }
)

func someFunction() { intsSink[1]++ }

//go:noinline
func number() int { return 70000 }

//go:noinline
func use(v any) { intsSink[2]++ }

//go:noinline
func bytesUse(b []byte) { intsSink[3] += len(b) }

//go:noinline
func call(f func()) { f() }

//go:noinline
func keepParam(p pair) { pairSink = &p }

//go:noinline
func keepAll(values ...any) { anysSink = values }

//go:noinline
func keepEmpties(values ...empty) { emptiesKept = values }

func newPair(x int) *pair { return &pair{x, x} }

//go:noinline
func newKept() *pair { return &pair{1, 2} }

func boxed[T any](v T) { anySink = v }

func ptr[T any](v T) *T { return &v }

//go:noinline
func makeLabel(s string) label { return label(s + someString) }

// Convert looks like a type, and is none.
//
//go:noinline
func Convert(n int) int { return n + largeInt }

func boxConstInt() { anySink = 5000 }
func boxConstString() { anySink = "constant" }
func boxConstFloat() { anySink = 2.5 }
func boxConstBool() { anySink = true }
func boxConstTyped() { anySink = color(300) }
func boxConstDuration() { anySink = time.Second }
func boxEmptyStruct() { anySink = struct{}{} }
func boxEmptyNamed() { anySink = empty{} }
func boxBool() { anySink = someBool }
func boxByte() { anySink = someByte }
func boxSmallInt() { anySink = smallInt }
func boxLargeInt() { anySink = largeInt }
func boxNegated() { anySink = -largeInt }
func boxInt32() { anySink = someInt32 }
func boxFloat() { anySink = someFloat }
func boxZeroFloat() { anySink = zeroFloat }
func boxString() { anySink = someString }
func boxEmptyString() { anySink = emptyString }
func boxSlice() { anySink = someSlice }
func boxNilSlice() { anySink = nilSlice }
func boxPointer() { anySink = somePointer }
func boxPointerStruct() { anySink = onlyPointer{somePointer} }
func boxStruct() { anySink = somePair }
func boxStructLiteral() { anySink = pair{1, 2} }
func boxStructComputed() { anySink = pair{largeInt, 2} }
func boxArray() { anySink = someArray }
func boxArrayOfOne() { anySink = [1]int{largeInt} }
func boxMap() { anySink = someMap }
func boxChan() { anySink = someChan }
func boxFunc() { anySink = someFunc }
func boxTime() { anySink = someTime }
func boxLocalConst() { x := 4000; anySink = x }
func boxLocalVar() { x := largeInt; x++; anySink = x }
func boxCall() { anySink = number() }
func boxSum() { anySink = largeInt + smallInt }
func boxConverted() { anySink = int64(largeInt) }
func boxError() { errSink = codeError{largeInt} }
func boxErrorConst() { errSink = codeError{7} }
func boxStringer() { stringerSink = somePair }
func boxSliceOfAny() { anysSink = []any{largeInt} }
func boxSliceOfConst() { anysSink = []any{1, "x"} }
func boxPrinted() { fmt.Fprintln(io.Discard, largeInt) }
func boxPrintedConst() { fmt.Fprintln(io.Discard, "x") }
func boxLocalUse() { use(largeInt) }
func boxEmptyArray() { anySink = [0]int{} }
func boxUint16() { anySink = uint16(largeInt) }
func newInt() { intSink = new(int) }
func newStruct() { pairSink = new(pair) }
func newEmpty() { anySink = new(empty) }
func newEmptyPlain() { anySink = new(struct{}) }
func newBuffer() { bufferSink = new(bytes.Buffer) }
func newLocal() { p := new(pair); p.x = 1; intsSink[0] = p.x }
func addressLiteral() { pairSink = &pair{1, 2} }
func addressZero() { pairSink = &pair{} }
func addressEmpty() { emptySink = &empty{} }
func addressEmptyPlain() { anySink = &struct{}{} }
func addressAny() { anySink = &pair{3, 4} }
func addressBuffer() { bufferSink = &bytes.Buffer{} }
func addressLocal() { p := &pair{1, 2}; intsSink[0] = p.x + p.y }
func movedInt() { n := largeInt; intSink = &n }
func movedStruct() { p := pair{1, 2}; pairSink = &p }
func movedEmpty() { var e empty; emptySink = &e }
func movedCaptured() { n := 0; funcSink = func() { n++ } }
func movedParam() { keepParam(somePair) }
func sliceLiteral() { intsSink2 = []int{1, 2, 3} }
func sliceEmpty() { intsSink2 = []int{} }
func sliceOfEmpty() { emptiesSink = []struct{}{{}, {}} }
func sliceStrings() { stringsSink = []string{"a", "b"} }
func sliceLocal() { s := []int{1, 2, largeInt}; intsSink[0] = s[1] }
func sliceNamed() { namesSink = names{"a"} }
func makeConst() { bytesSink = make([]byte, 64) }
func makeZero() { bytesSink = make([]byte, 0) }
func makeCapacity() { bytesSink = make([]byte, 0, 10) }
func makeSized() { bytesSink = make([]byte, n300) }
func makeSizedZero() { bytesSink = make([]byte, nZero) }
func makeSizedLocal() { b := make([]byte, n300); bytesUse(b) }
func makeSizedSmall() { b := make([]byte, n5); bytesUse(b) }
func makeEmpties() { emptiesSink = make([]struct{}, 10) }
func makeEmptiesSized() { emptiesSink = make([]struct{}, n300) }
func makeLarge() { b := make([]byte, 70000); bytesUse(b) }
func makeMap() { mapSink = make(map[string]int) }
func makeMapHint() { mapSink = make(map[string]int, n300) }
func makeMapLocal() { m := make(map[string]int); m["a"] = 1; intsSink[0] = len(m) }
func makeNamedMap() { setSink = make(set) }
func mapLiteral() { mapSink = map[string]int{"a": 1} }
func mapEmpty() { mapSink = map[string]int{} }
func mapLocalLarge() { m := map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 9: 9, 10: 10}; intsSink[0] = m[n5] }
func makeChan() { chanSink = make(chan int) }
func closurePlain() { funcSink = func() { intsSink[0]++ } }
func closureGlobal() { funcSink = func() { someFunc() } }
func closureCapturing() { x := largeInt; funcSink = func() { intsSink[0] = x } }
func closureConst() { x := 12; funcSink = func() { intsSink[0] = x } }
func closureEmpty() { var e empty; funcSink = func() { anySink = e } }
func closureLocal() { x := largeInt; call(func() { intsSink[0] = x }) }
func closureDeclared() { funcSink = someFunction }
func closureInterface() { anySink = func() { intsSink[0]++ } }
func closureTwo() { x := largeInt; funcSink = func() { intsSink[0] = x }; intFuncSink = func() int { return 5 } }
func methodValue() { funcSink = somePair.show }
func methodPointer() { funcSink = somePointerPair.touch }
func methodExpression() { methodSink = pair.show }
func methodInterface() { intFuncSink = someShape.area }
func goPlain() { done := doneChan; go func() { done <- true }(); <-doneChan }
func goCapturing() { x := largeInt; go func() { intsSink[0] = x; doneChan <- true }(); <-doneChan }
func deferLoop() { for i := 0; i < 3; i++ { defer func() { intsSink[0]++ }() } }
func deferLoopCapturing() { for i := 0; i < 3; i++ { x := i; defer func() { intsSink[0] += x }() } }
func appendOne() { intsSink2 = append([]int(nil), largeInt) }
func appendRoom() { intsSink2 = append(roomy[:0], largeInt) }
func bytesToString() { stringSink = string(someBytes) }
func bytesToStringEmpty() { stringSink = string(noBytes) }
func bytesToStringShort() { s := string(someBytes); intsSink[0] = len(s) + strings.Count(s, "x") }
func stringToBytes() { bytesSink = []byte(someString) }
func stringToRunes() { runesSink = []rune(someString) }
func concat() { stringSink = someString + "x" }
func concatEmpty() { stringSink = someString + emptyString }
func concatBoxed() { anySink = someString + "x" }
func errorf() { errSink = fmt.Errorf("bad: %w", errSome) }
func errorNew() { errSink = errors.New("plain") }
func variadicKept() { keepAll(largeInt, smallInt) }
func variadicNone() { keepAll() }
func variadicEmpties() { keepEmpties(empty{}, empty{}) }
func channelSend() { pairChan <- &pair{1, 2}; <-pairChan }
func mapInsert() { pointerMap["a"] = &pair{5, 6} }
func tooLargeVar() { var a [11 << 20]byte; bytesUse(a[:]) }
func poolPut() { pool.Put(someBytes) }
func poolPutPointer() { pool.Put(&someBytes) }
func returnedLocal() { pairSink = newPair(largeInt) }
func returnedKept() { intsSink[0] = newKept().x }
func atomicStore() { atomicPair.Store(&pair{1, 2}) }
func genericBox() { boxed(largeInt) }
func genericConst() { boxed(5) }
func genericPointer() { intSink = ptr(largeInt) }
func labelConst() { anySink = label("constant") }
func labelCall() { anySink = makeLabel("constant") }
func upperCall() { anySink = Convert(5) }
func localCall() { f := localFunc; anySink = f(5) }

var constructs = []struct {
	name string
	run  func()
}{
	{"boxConstInt", boxConstInt},
	{"boxConstString", boxConstString},
	{"boxConstFloat", boxConstFloat},
	{"boxConstBool", boxConstBool},
	{"boxConstTyped", boxConstTyped},
	{"boxConstDuration", boxConstDuration},
	{"boxEmptyStruct", boxEmptyStruct},
	{"boxEmptyNamed", boxEmptyNamed},
	{"boxBool", boxBool},
	{"boxByte", boxByte},
	{"boxSmallInt", boxSmallInt},
	{"boxLargeInt", boxLargeInt},
	{"boxNegated", boxNegated},
	{"boxInt32", boxInt32},
	{"boxFloat", boxFloat},
	{"boxZeroFloat", boxZeroFloat},
	{"boxString", boxString},
	{"boxEmptyString", boxEmptyString},
	{"boxSlice", boxSlice},
	{"boxNilSlice", boxNilSlice},
	{"boxPointer", boxPointer},
	{"boxPointerStruct", boxPointerStruct},
	{"boxStruct", boxStruct},
	{"boxStructLiteral", boxStructLiteral},
	{"boxStructComputed", boxStructComputed},
	{"boxArray", boxArray},
	{"boxArrayOfOne", boxArrayOfOne},
	{"boxMap", boxMap},
	{"boxChan", boxChan},
	{"boxFunc", boxFunc},
	{"boxTime", boxTime},
	{"boxLocalConst", boxLocalConst},
	{"boxLocalVar", boxLocalVar},
	{"boxCall", boxCall},
	{"boxSum", boxSum},
	{"boxConverted", boxConverted},
	{"boxError", boxError},
	{"boxErrorConst", boxErrorConst},
	{"boxStringer", boxStringer},
	{"boxSliceOfAny", boxSliceOfAny},
	{"boxSliceOfConst", boxSliceOfConst},
	{"boxPrinted", boxPrinted},
	{"boxPrintedConst", boxPrintedConst},
	{"boxLocalUse", boxLocalUse},
	{"boxEmptyArray", boxEmptyArray},
	{"boxUint16", boxUint16},
	{"newInt", newInt},
	{"newStruct", newStruct},
	{"newEmpty", newEmpty},
	{"newEmptyPlain", newEmptyPlain},
	{"newBuffer", newBuffer},
	{"newLocal", newLocal},
	{"addressLiteral", addressLiteral},
	{"addressZero", addressZero},
	{"addressEmpty", addressEmpty},
	{"addressEmptyPlain", addressEmptyPlain},
	{"addressAny", addressAny},
	{"addressBuffer", addressBuffer},
	{"addressLocal", addressLocal},
	{"movedInt", movedInt},
	{"movedStruct", movedStruct},
	{"movedEmpty", movedEmpty},
	{"movedCaptured", movedCaptured},
	{"movedParam", movedParam},
	{"sliceLiteral", sliceLiteral},
	{"sliceEmpty", sliceEmpty},
	{"sliceOfEmpty", sliceOfEmpty},
	{"sliceStrings", sliceStrings},
	{"sliceLocal", sliceLocal},
	{"sliceNamed", sliceNamed},
	{"makeConst", makeConst},
	{"makeZero", makeZero},
	{"makeCapacity", makeCapacity},
	{"makeSized", makeSized},
	{"makeSizedZero", makeSizedZero},
	{"makeSizedLocal", makeSizedLocal},
	{"makeSizedSmall", makeSizedSmall},
	{"makeEmpties", makeEmpties},
	{"makeEmptiesSized", makeEmptiesSized},
	{"makeLarge", makeLarge},
	{"makeMap", makeMap},
	{"makeMapHint", makeMapHint},
	{"makeMapLocal", makeMapLocal},
	{"makeNamedMap", makeNamedMap},
	{"mapLiteral", mapLiteral},
	{"mapEmpty", mapEmpty},
	{"mapLocalLarge", mapLocalLarge},
	{"makeChan", makeChan},
	{"closurePlain", closurePlain},
	{"closureGlobal", closureGlobal},
	{"closureCapturing", closureCapturing},
	{"closureConst", closureConst},
	{"closureEmpty", closureEmpty},
	{"closureLocal", closureLocal},
	{"closureDeclared", closureDeclared},
	{"closureInterface", closureInterface},
	{"closureTwo", closureTwo},
	{"methodValue", methodValue},
	{"methodPointer", methodPointer},
	{"methodExpression", methodExpression},
	{"methodInterface", methodInterface},
	{"goPlain", goPlain},
	{"goCapturing", goCapturing},
	{"deferLoop", deferLoop},
	{"deferLoopCapturing", deferLoopCapturing},
	{"appendOne", appendOne},
	{"appendRoom", appendRoom},
	{"bytesToString", bytesToString},
	{"bytesToStringEmpty", bytesToStringEmpty},
	{"bytesToStringShort", bytesToStringShort},
	{"stringToBytes", stringToBytes},
	{"stringToRunes", stringToRunes},
	{"concat", concat},
	{"concatEmpty", concatEmpty},
	{"concatBoxed", concatBoxed},
	{"errorf", errorf},
	{"errorNew", errorNew},
	{"variadicKept", variadicKept},
	{"variadicNone", variadicNone},
	{"variadicEmpties", variadicEmpties},
	{"channelSend", channelSend},
	{"mapInsert", mapInsert},
	{"tooLargeVar", tooLargeVar},
	{"poolPut", poolPut},
	{"poolPutPointer", poolPutPointer},
	{"returnedLocal", returnedLocal},
	{"returnedKept", returnedKept},
	{"atomicStore", atomicStore},
	{"genericBox", genericBox},
	{"genericConst", genericConst},
	{"genericPointer", genericPointer},
	{"labelConst", labelConst},
	{"labelCall", labelCall},
	{"upperCall", upperCall},
	{"localCall", localCall},
}

func main() {
	for _, construct := range constructs {
		fmt.Printf("%s,%g\n", construct.name, testing.AllocsPerRun(200, construct.run))
	}
}
