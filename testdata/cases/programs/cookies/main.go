// A crawler with a jar of cookies.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"

	"example.com/cases/obs"
)

// web answers as many hosts do: each sets some cookies.
type web struct{}

func (web) RoundTrip(r *http.Request) (*http.Response, error) {
	head := http.Header{}
	for i := range 4 {
		head.Add("Set-Cookie", fmt.Sprintf("c%d=%s; Path=/; Max-Age=31536000", i, strings.Repeat("v", 64)))
	}
	return &http.Response{StatusCode: 200, Header: head, Body: io.NopCloser(strings.NewReader("<html></html>")), Request: r}, nil
}

type crawler struct {
	client *http.Client
}

func (c *crawler) visit(address string) error {
	response, err := c.client.Get(address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func main() {
	jar, _ := cookiejar.New(nil)
	c := &crawler{client: &http.Client{Transport: web{}, Jar: jar}}
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 8 {
			n++
			if err := c.visit(fmt.Sprintf("http://www.site%d.example/", n)); err != nil {
				panic(err)
			}
		}
	})
}
