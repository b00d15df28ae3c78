package main

import (
	"math"
	"math/rand"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

const mb = 1e6

// scenarios by name; each runs until the program ends.
var scenarios = map[string]func(seconds float64){
	// Nothing is wrong.
	"steady":   func(s float64) { root = tree(30 * mb); churn(constant(25 * mb)) },
	"low_rate": func(s float64) { root = tree(20 * mb); churn(constant(0.3 * mb)) },
	"idle":     func(s float64) { root = tree(6 * mb); forever() },
	"bursty": func(s float64) {
		root = tree(25 * mb)
		churn(func(t float64) float64 { return map[bool]float64{true: 90 * mb, false: 8 * mb}[math.Mod(t, 7) < 2] })
	},
	"diurnal": func(s float64) {
		wave := func(t float64) float64 { return 1 + 0.6*math.Sin(2*math.Pi*t/(s/2.4)) }
		go hold(func(t float64) float64 { return 40 * mb * wave(t) })
		churn(func(t float64) float64 { return 30 * mb * wave(t) })
	},
	"warmup": func(s float64) {
		go hold(func(t float64) float64 { return 10*mb + 110*mb*(1-math.Exp(-t/(s/6))) })
		churn(constant(30 * mb))
	},
	"warmup_linear": func(s float64) {
		go hold(func(t float64) float64 { return 20*mb + 80*mb*math.Min(1, t/(0.55*s)) })
		churn(constant(30 * mb))
	},
	"step_up": func(s float64) {
		go hold(func(t float64) float64 { return map[bool]float64{true: 80 * mb, false: 35 * mb}[t > s/2] })
		churn(constant(30 * mb))
	},
	"step_down": func(s float64) {
		go hold(func(t float64) float64 { return map[bool]float64{true: 30 * mb, false: 70 * mb}[t > s/2] })
		churn(constant(30 * mb))
	},
	"load_growth": func(s float64) {
		ramp := func(t float64) float64 { return 1 + 2.5*t/s }
		go hold(func(t float64) float64 { return 25 * mb * ramp(t) })
		go connections(func(t float64) float64 { return 60 * ramp(t) })
		churn(func(t float64) float64 { return 18 * mb * ramp(t) })
	},
	"connections_plateau": func(s float64) {
		root = tree(20 * mb)
		go connections(func(t float64) float64 { return 1500 * math.Min(1, t/(0.35*s)) })
		churn(constant(25 * mb))
	},
	"connections_wave": func(s float64) {
		root = tree(20 * mb)
		go connections(func(t float64) float64 { return 600 + 500*math.Sin(2*math.Pi*t/(s/3)) })
		churn(constant(25 * mb))
	},
	"limit_far":    func(s float64) { root = tree(40 * mb); churn(constant(30 * mb)) },
	"off_limit":    func(s float64) { root = tree(30 * mb); churn(constant(50 * mb)) },
	"ballast":      func(s float64) { keep = blocks(300*mb, 1<<20); churn(constant(40 * mb)) },
	"mapped_cache": func(s float64) { root = tree(25 * mb); go mapped(60, s*0.4); churn(constant(25 * mb)) },
	"rare_gc": func(s float64) {
		root = tree(25 * mb)
		go each(0.1, func(float64) { runtime.GC() })
		churn(constant(25 * mb))
	},
	"noisy_heap": func(s float64) {
		level := 40 * mb
		go hold(func(t float64) float64 {
			level += (rand.Float64() - 0.5) * 3 * mb
			level += (40*mb - level) * 0.02
			return level
		})
		churn(func(t float64) float64 { return (10 + 30*rand.Float64()) * mb })
	},
	"neighbours": func(s float64) {
		for i := 0; i < 3; i++ {
			hog := exec.Command("sh", "-c", "while :; do :; done")
			if hog.Start() == nil {
				go func() { time.Sleep(time.Duration((s - 1.5) * 1e9)); hog.Process.Kill() }()
			}
		}
		root = tree(30 * mb)
		churn(constant(40 * mb))
	},

	// Something is.
	"leak": func(s float64) { root = tree(15 * mb); go leak(1.1*mb, 0); churn(constant(22 * mb)) },
	"leak_tree": func(s float64) {
		root = tree(20 * mb)
		go leakTree(1.5 * mb)
		churn(constant(30 * mb))
	},
	"leak_batches": func(s float64) {
		root = tree(20 * mb)
		go each(0.25, func(float64) { leaked = append(leaked, blocks(6*mb, 2048)...) })
		churn(constant(25 * mb))
	},
	"leak_noisy": func(s float64) {
		go leak(0.5*mb, 0)
		go hold(func(t float64) float64 { return 30*mb + 10*mb*math.Sin(2*math.Pi*t/11) })
		churn(func(t float64) float64 { return (15 + 20*rand.Float64()) * mb })
	},
	"leak_waves": func(s float64) {
		go leak(1.3*mb, 0)
		churn(func(t float64) float64 { return map[bool]float64{true: 120 * mb, false: 20 * mb}[math.Mod(t, 10) > 5] })
	},
	"gc_off":      func(s float64) { root = tree(10 * mb); churn(constant(6 * mb)) },
	"leak_late":   func(s float64) { root = tree(25 * mb); go leak(2*mb, s*0.4); churn(constant(30 * mb)) },
	"leak_low_gc": func(s float64) { root = tree(30 * mb); go leak(0.8*mb, 0); churn(constant(3 * mb)) },
	"leak_on_load": func(s float64) {
		go leak(1.2*mb, 0)
		churn(func(t float64) float64 { return 25 * mb * (1 + 0.5*math.Sin(2*math.Pi*t/(s/3))) })
	},
	"goroutines_slow": func(s float64) {
		root = tree(20 * mb)
		go connections(func(t float64) float64 { return 40 + 6*t })
		churn(constant(20 * mb))
	},
	"goroutines_fast": func(s float64) {
		root = tree(20 * mb)
		go connections(func(t float64) float64 { return 20 + 300*t })
		churn(constant(20 * mb))
	},
	"spike": func(s float64) {
		root = tree(15 * mb)
		go func() {
			time.Sleep(time.Duration(s * 0.15 * 1e9))
			keep = blocks(420*mb, 64<<10)
			time.Sleep(2 * time.Second)
			keep = nil
			runtime.GC()
		}()
		churn(constant(6 * mb))
	},
	"fragments": func(s float64) {
		root = tree(4 * mb)
		objects := blocks(180*mb, 512)
		for i := range objects {
			if i%13 != 0 {
				objects[i] = nil
			}
		}
		keep = objects
		churn(constant(15 * mb))
	},
	"deep_stacks": func(s float64) {
		root = tree(10 * mb)
		go each(3, func(t float64) {
			if t < s*0.5 {
				go deep(900)
			}
		})
		churn(constant(20 * mb))
	},
	"mapped_leak":    func(s float64) { root = tree(25 * mb); go mapped(1.8, s); churn(constant(25 * mb)) },
	"thrash":         func(s float64) { root = tree(135 * mb); go leak(0.15*mb, 0); churn(constant(30 * mb)) },
	"thrash_off":     func(s float64) { root = tree(100 * mb); go leak(0.1*mb, 0); churn(constant(40 * mb)) },
	"limit_exceeded": func(s float64) { go leakTree(2 * mb); churn(constant(25 * mb)) },
	"forced": func(s float64) {
		root = tree(25 * mb)
		go each(4, func(float64) { runtime.GC() })
		churn(constant(10 * mb))
	},
	"free_os_memory": func(s float64) {
		root = tree(20 * mb)
		go each(1, func(float64) { debug.FreeOSMemory() })
		churn(constant(8 * mb))
	},
	"low_gogc": func(s float64) { root = tree(40 * mb); churn(constant(70 * mb)) },
	"min_heap": func(s float64) { root = tree(0.3 * mb); churn(constant(160 * mb)) },
	"storm": func(s float64) {
		root = tree(35 * mb)
		churn(func(t float64) float64 { return map[bool]float64{true: 260 * mb, false: 15 * mb}[t > s*0.45] })
	},
	"finalizers": func(s float64) {
		go each(50, func(float64) {
			for i := 0; i < 12; i++ {
				object := &node{}
				data := make([]byte, 2048)
				runtime.SetFinalizer(object, func(*node) { sink = data; time.Sleep(15 * time.Millisecond) })
			}
		})
		churn(constant(25 * mb))
	},
	"metadata": func(s float64) {
		runtime.MemProfileRate = 1
		go each(400, func(t float64) { scatter(rand.Uint64(), 40) })
		churn(constant(5 * mb))
	},
	"tight_loops": func(s float64) {
		root = tree(30 * mb)
		for i := 0; i < 2; i++ {
			go func() {
				for {
					spin(120 * time.Millisecond)
					time.Sleep(20 * time.Millisecond)
				}
			}()
		}
		churn(constant(60 * mb))
	},
	"pressure": func(s float64) {
		root = tree(120 * mb)
		for i := 0; i < 24; i++ {
			go func() {
				for {
					_ = tree(20000)
				}
			}()
		}
		forever()
	},
	"gc_heavy": func(s float64) {
		root = tree(60 * mb)
		for i := 0; i < 2; i++ {
			go each(1000, func(float64) { garbage = tree(90000) })
		}
		forever()
	},

	// Two things at once.
	"leak_and_forced": func(s float64) {
		root = tree(15 * mb)
		go leak(1.5*mb, 0)
		go each(3, func(float64) { runtime.GC() })
		churn(constant(12 * mb))
	},
	"leak_and_mapped": func(s float64) { go leak(1.3*mb, 0); go mapped(1.5, s); churn(constant(25 * mb)) },
	"goroutines_and_leak": func(s float64) {
		go leak(1.3*mb, 0)
		go connections(func(t float64) float64 { return 30 + 60*t })
		churn(constant(25 * mb))
	},
	"crash": func(s float64) { go leak(3*mb, 0); churn(constant(25 * mb)) },
	"pods":  func(s float64) { root = tree(25 * mb); churn(constant(20 * mb)) },
}

var (
	root      *node
	garbage   *node
	keepTrees []*node
	leaked    [][]byte
)

func leak(rate, after float64) {
	owed := 0.0
	each(10, func(t float64) {
		if t > after {
			for owed += rate / 10; owed > 2048; owed -= 2048 {
				leaked = append(leaked, blocks(2048, 2048)...)
			}
		}
	})
}

func leakTree(rate float64) {
	each(10, func(float64) { keepTrees = append(keepTrees, tree(int(rate/10))) })
}

// connections keeps as many goroutines waiting as count says.
func connections(count func(elapsed float64) float64) {
	var stops []chan struct{}
	each(20, func(t float64) {
		want := int(count(t))
		for len(stops) < want {
			stop := make(chan struct{})
			stops = append(stops, stop)
			go func() { buffer := make([]byte, 1024); <-stop; _ = buffer }()
		}
		for len(stops) > want {
			close(stops[len(stops)-1])
			stops = stops[:len(stops)-1]
		}
	})
}

// mapped maps and touches memory that Go knows nothing of.
func mapped(mbPerSecond, seconds float64) {
	each(5, func(t float64) {
		if t > seconds {
			return
		}
		memory, err := syscall.Mmap(-1, 0, int(mbPerSecond*mb/5), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err == nil {
			for i := 0; i < len(memory); i += os.Getpagesize() {
				memory[i] = 1
			}
		}
	})
}

//go:noinline
func deep(levels int) byte {
	var frame [1024]byte
	frame[levels%1024] = byte(levels)
	if levels == 0 {
		forever()
	}
	return deep(levels-1) + frame[(levels*7)%1024]
}

// scatter allocates under a call stack that is different each time.
func scatter(path uint64, levels int) {
	if levels == 0 {
		keepScattered = append(keepScattered, new(node))
		return
	}
	if path&1 == 0 {
		scatter(path>>1, levels-1)
	} else {
		scatterOther(path>>1, levels-1)
	}
}

func scatterOther(path uint64, levels int) { scatter(path, levels) }

var keepScattered []*node

//go:noinline
func spin(d time.Duration) {
	x := uint64(1)
	for i := 0; i < int(d/time.Nanosecond); i++ {
		x = x*6364136223846793005 + 1
	}
	spun = x
}

var spun uint64
