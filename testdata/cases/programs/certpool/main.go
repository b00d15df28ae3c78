// A webhook sender that trusts the system's certificates and one of its own.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"time"

	"example.com/cases/obs"
)

func send(server *httptest.Server, url string) error {
	roots, err := x509.SystemCertPool()
	if err != nil {
		return err
	}
	roots = roots.Clone()
	roots.AddCert(server.Certificate())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func main() {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	defer server.Close()
	obs.Run(2*time.Millisecond, func(i int) {
		if err := send(server, server.URL); err != nil {
			panic(err)
		}
	})
}
