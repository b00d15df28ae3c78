package main

// A map in shards: filled, and emptied again. Its tables stay.
import (
	"hash/maphash"
	"strconv"
	"time"

	"example.com/cases/obs"
)

var seed = maphash.MakeSeed()

type shards [32]map[string]string

func (s *shards) of(key string) map[string]string {
	return s[maphash.String(seed, key)%uint64(len(s))]
}

var sessions shards

func fill(n int) {
	for i := range n {
		key := "session-of-a-user-" + strconv.Itoa(i)
		sessions.of(key)[key] = "a value that is shared"
	}
}

func drop(n int) {
	for i := range n {
		key := "session-of-a-user-" + strconv.Itoa(i)
		delete(sessions.of(key), key)
	}
}

var junk []byte

func main() {
	for i := range sessions {
		sessions[i] = map[string]string{}
	}
	const n = 1500000
	obs.Run(2*time.Millisecond, func(i int) {
		switch i {
		case 100:
			fill(n)
		case 1200:
			drop(n)
		}
		junk = make([]byte, 200<<10)
	})
}
