// Each request checks its body.
package main

import (
	"bytes"
	"encoding/json"
	"time"

	"example.com/cases/obs"
	"github.com/go-playground/validator/v10"
)

type address struct {
	Street string `json:"street" validate:"required"`
	City   string `json:"city" validate:"required,alpha"`
	Zip    string `json:"zip" validate:"required,len=5,numeric"`
}

type signup struct {
	Email   string  `json:"email" validate:"required,email"`
	Age     int     `json:"age" validate:"gte=18,lte=130"`
	Address address `json:"address" validate:"required"`
}

func handle(body []byte) error {
	var s signup
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&s); err != nil {
		return err
	}
	return validator.New().Struct(s)
}

func main() {
	body := []byte(`{"email":"a@example.com","age":44,"address":{"street":"Main 1","city":"Berlin","zip":"10115"}}`)
	obs.Run(200*time.Microsecond, func(i int) {
		if err := handle(body); err != nil {
			panic(err)
		}
	})
}
