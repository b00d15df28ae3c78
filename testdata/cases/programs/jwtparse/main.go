// A middleware checks a token with each request.
package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
	"github.com/golang-jwt/jwt/v5"
)

var key = []byte("0123456789abcdef0123456789abcdef")

func user(token string) (string, error) {
	parsed, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return key, nil })
	if err != nil {
		return "", err
	}
	claims, ok := parsed.Claims.(jwt.MapClaims)
	if !ok {
		return "", fmt.Errorf("no claims")
	}
	return claims.GetSubject()
}

func main() {
	made := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "user-1", "exp": time.Now().Add(time.Hour).Unix(), "scope": "read write", "org": "o-77", "roles": []string{"a", "b"},
	})
	token, err := made.SignedString(key)
	if err != nil {
		panic(err)
	}
	obs.Run(100*time.Microsecond, func(i int) {
		if _, err := user(token); err != nil {
			panic(err)
		}
	})
}
