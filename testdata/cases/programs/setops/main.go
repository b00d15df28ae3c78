// Permissions: what a user may do is what his roles may do, less what is blocked.
package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
	mapset "github.com/deckarep/golang-set/v2"
)

var (
	roles   = map[string]mapset.Set[string]{}
	blocked = mapset.NewSet[string]()
)

func allowed(user []string, action string) bool {
	all := mapset.NewSet[string]()
	for _, role := range user {
		all = all.Union(roles[role])
	}
	return all.Difference(blocked).Contains(action)
}

func main() {
	for r := 0; r < 12; r++ {
		s := mapset.NewSet[string]()
		for a := 0; a < 150; a++ {
			s.Add(fmt.Sprintf("action-%d", (r*37+a)%600))
		}
		roles[fmt.Sprintf("role-%d", r)] = s
	}
	for b := 0; b < 50; b++ {
		blocked.Add(fmt.Sprintf("action-%d", b*11))
	}
	user := []string{"role-1", "role-4", "role-6", "role-9"}
	n := 0
	obs.Run(500*time.Microsecond, func(i int) {
		if allowed(user, "action-77") {
			n++
		}
	})
	fmt.Println(n)
}
