package lines

import "testing"

var (
	texts  = []string{"alpha", "beta", "gamma, which is a longer text than the others"}
	number int
	list   []int
	joined string
)

func BenchmarkBoxing(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Boxing(Size{1, 2, 3})
	}
}

func BenchmarkMoved(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Moved(3)
	}
}

func BenchmarkGrowth(b *testing.B) {
	for i := 0; i < b.N; i++ {
		list = Growth(40)
	}
}

func BenchmarkClosure(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Closure(7)
	}
}

func BenchmarkConversion(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Conversion(texts[2])
	}
}

func BenchmarkConcatenation(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Concatenation(texts[2])
	}
}

func BenchmarkMap(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Map(20)
	}
}

func BenchmarkPointer(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Pointer(4)
	}
}

func BenchmarkArray(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Array()
	}
}

func BenchmarkCall(b *testing.B) {
	for i := 0; i < b.N; i++ {
		joined = Call(texts)
	}
}

func BenchmarkSame(b *testing.B) {
	for i := 0; i < b.N; i++ {
		list = Same(100)
	}
}

// BenchmarkSmall makes objects that share blocks.
func BenchmarkSmall(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Small(10)
	}
}

func BenchmarkParts(b *testing.B) {
	for _, size := range []int{10, 20} {
		b.Run("part", func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				list = Same(size)
			}
		})
	}
}

// BenchmarkSetUp allocates outside the timer.
func BenchmarkSetUp(b *testing.B) {
	for i := 0; i < b.N; i++ {
		b.StopTimer()
		list = Same(1000)
		b.StartTimer()
		list = Same(10)
	}
}

var (
	numbers  = []*int{&number, &number, &number, &number}
	bytes64  = []byte("a text of some bytes, so that it is no tiny object of sixteen...")
	failed   error
	matched  bool
	fixed    = []int{1, 2, 3, 4, 5, 6, 7, 8}
	unsorted = []int{3, 1, 2, 5, 4}
)

func BenchmarkFormatted(b *testing.B) {
	for i := 0; i < b.N; i++ {
		joined = Formatted(7)
	}
}

func BenchmarkText(b *testing.B) {
	for i := 0; i < b.N; i++ {
		joined = Text(bytes64)
	}
}

func BenchmarkChannel(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Channel(7)
	}
}

func BenchmarkVariadic(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Variadic(numbers)
	}
}

func BenchmarkMethodValue(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = MethodValue(Size{1, 2, 3})
	}
}

func BenchmarkFailed(b *testing.B) {
	for i := 0; i < b.N; i++ {
		failed = Failed(7)
	}
}

func BenchmarkBuffered(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Buffered(texts[2])
	}
}

func BenchmarkSorted(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Sorted(unsorted)
	}
}

func BenchmarkFields(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Fields(texts[2])
	}
}

func BenchmarkLarge(b *testing.B) {
	for i := 0; i < b.N; i++ {
		number = Large(7)
	}
}

func BenchmarkCopied(b *testing.B) {
	for i := 0; i < b.N; i++ {
		list = Copied(fixed)
	}
}

func BenchmarkCompiled(b *testing.B) {
	for i := 0; i < b.N; i++ {
		matched = Compiled(texts[0])
	}
}
