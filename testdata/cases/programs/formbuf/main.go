package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"time"

	"example.com/cases/obs"
)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func upload(url string, file io.Reader) error {
	body := new(bytes.Buffer)
	form := multipart.NewWriter(body)
	part, err := form.CreateFormFile("file", "backup.bin")
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, file); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	resp, err := http.Post(url, form.FormDataContentType(), body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func main() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	defer srv.Close()
	obs.Run(30*time.Millisecond, func(i int) {
		if err := upload(srv.URL, io.LimitReader(zeros{}, 20<<20)); err != nil {
			panic(err)
		}
	})
}
