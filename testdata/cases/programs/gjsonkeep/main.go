package main

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"example.com/cases/obs"
)

type audit struct{ users map[string]string }

func (a *audit) record(body io.Reader) error {
	var buf bytes.Buffer
	if _, err := buf.ReadFrom(body); err != nil {
		return err
	}
	doc := buf.String()
	id := gjson.Get(doc, "request.id").String()
	a.users[id] = gjson.Get(doc, "user.name").String()
	return nil
}

func main() {
	a := &audit{users: map[string]string{}}
	prompt := strings.Repeat("lorem ipsum ", 500)
	obs.Run(2*time.Millisecond, func(i int) {
		body := fmt.Sprintf(`{"request":{"id":"r-%d","prompt":"%s"},"user":{"name":"u-%d"}}`, i, prompt, i)
		if err := a.record(strings.NewReader(body)); err != nil {
			panic(err)
		}
	})
	runtime.KeepAlive(a)
}
