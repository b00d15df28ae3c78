package main

// protobuf: unmarshal of many small messages (structpb), all kept for a while.
import (
	"time"

	"example.com/cases/obs"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

var keep [500]*structpb.Struct
var wire []byte

func decode(i int) {
	m := &structpb.Struct{}
	if err := proto.Unmarshal(wire, m); err != nil {
		panic(err)
	}
	keep[i%len(keep)] = m
}

func main() {
	f := map[string]any{}
	for _, k := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		f[k] = map[string]any{"x": 1.5, "y": "text", "z": []any{1.0, "two"}}
	}
	s, err := structpb.NewStruct(f)
	if err != nil {
		panic(err)
	}
	wire, _ = proto.Marshal(s)
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 10; j++ {
			decode(i*10 + j)
		}
	})
}
