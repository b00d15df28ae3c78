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
