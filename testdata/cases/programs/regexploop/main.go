package main

// tsuru/tsuru#2027, dlvhdr/gh-dash#511: regexp compiled on each call.
import (
	"regexp"
	"time"

	"example.com/cases/obs"
)

func check(s string) bool {
	re := regexp.MustCompile(`^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,8}$`)
	return re.MatchString(s)
}

func checkShort(s string) bool { ok, _ := regexp.MatchString(`^\d{4}-\d{2}-\d{2}$`, s); return ok }

var n int

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 20; j++ {
			if check("someone@example.com") && checkShort("2024-01-01") {
				n++
			}
		}
	})
}
