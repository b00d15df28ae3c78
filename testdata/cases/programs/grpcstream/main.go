package main

import (
	"context"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/cases/obs"
)

func watch(_ any, s grpc.ServerStream) error {
	for {
		if err := s.SendMsg(wrapperspb.String("an update")); err != nil {
			return err
		}
		select {
		case <-s.Context().Done():
			return s.Context().Err()
		case <-time.After(time.Hour):
		}
	}
}

var desc = grpc.ServiceDesc{ServiceName: "w.Watcher", HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{{StreamName: "Watch", Handler: watch, ServerStreams: true}}}

func current(conn *grpc.ClientConn) (string, error) {
	s, err := conn.NewStream(context.Background(), &desc.Streams[0], "/w.Watcher/Watch")
	if err != nil {
		return "", err
	}
	if err := s.SendMsg(wrapperspb.String("key")); err != nil {
		return "", err
	}
	if err := s.CloseSend(); err != nil {
		return "", err
	}
	var v wrapperspb.StringValue
	err = s.RecvMsg(&v)
	return v.Value, err
}

func main() {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	srv := grpc.NewServer()
	srv.RegisterService(&desc, nil)
	go srv.Serve(l)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	obs.Run(3*time.Millisecond, func(int) { current(conn) })
}
