package main

import (
	"strings"
	"time"

	"example.com/cases/obs"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// latest keeps when each device was last seen.
var latest = map[int]*timestamppb.Timestamp{}

func receive(device int, wire []byte) error {
	seen := &timestamppb.Timestamp{}
	if err := proto.Unmarshal(wire, seen); err != nil {
		return err
	}
	latest[device] = seen
	return nil
}

func main() {
	// The sender is newer than this program: its message has fields that the schema here does not know.
	extra, err := proto.Marshal(&structpb.ListValue{Values: []*structpb.Value{structpb.NewStringValue(strings.Repeat("x", 8000))}})
	if err != nil {
		panic(err)
	}
	wire, _ := proto.Marshal(timestamppb.Now())
	wire = append(wire, 0xa2, 0x06)
	n := len(extra)
	wire = append(wire, byte(n)|0x80, byte(n>>7))
	wire = append(wire, extra...)
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 4; j++ {
			if err := receive(i*4+j, wire); err != nil {
				panic(err)
			}
		}
	})
}
