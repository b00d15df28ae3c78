package main

import (
	"fmt"
	"time"

	"github.com/nbutton23/zxcvbn-go"

	"example.com/cases/obs"
)

type signup struct{ name, password string }

func check(s signup) error {
	if zxcvbn.PasswordStrength(s.password, []string{s.name}).Score < 2 {
		return fmt.Errorf("%s: too weak", s.name)
	}
	return nil
}

func main() {
	weak := 0
	obs.Run(200*time.Millisecond, func(i int) {
		if check(signup{fmt.Sprint("user", i), fmt.Sprintf("pass%dword", i)}) != nil {
			weak++
		}
	})
}
