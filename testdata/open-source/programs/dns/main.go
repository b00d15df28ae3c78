// A name server for one zone, and those who ask it.
package main

import (
	"fmt"
	"log"
	"strings"

	"github.com/miekg/dns"

	"example.com/libraries/recorder"
)

type zone struct {
	records map[string][]dns.RR
}

func text() string {
	var b strings.Builder
	b.WriteString("$ORIGIN example.org.\n$TTL 300\n@ IN SOA ns1 admin 1 7200 3600 1209600 300\n@ IN NS ns1\n@ IN MX 10 mail\n")
	for i := range 400 {
		fmt.Fprintf(&b, "host%d IN A 10.0.%d.%d\n", i, i/250, i%250)
		fmt.Fprintf(&b, "host%d IN TXT \"rack=%d\" \"owner=team-%d\"\n", i, i%12, i%7)
		fmt.Fprintf(&b, "host%d IN AAAA 2001:db8::%x\n", i, i+1)
	}
	return b.String()
}

func load(source string) *zone {
	z := &zone{records: map[string][]dns.RR{}}
	parser := dns.NewZoneParser(strings.NewReader(source), "", "")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		name := strings.ToLower(rr.Header().Name)
		z.records[name] = append(z.records[name], rr)
	}
	if err := parser.Err(); err != nil {
		log.Fatal(err)
	}
	return z
}

func (z *zone) ServeDNS(w dns.ResponseWriter, request *dns.Msg) {
	reply := new(dns.Msg)
	reply.SetReply(request)
	reply.Authoritative = true
	question := request.Question[0]
	for _, rr := range z.records[strings.ToLower(question.Name)] {
		if rr.Header().Rrtype == question.Qtype || question.Qtype == dns.TypeANY {
			reply.Answer = append(reply.Answer, dns.Copy(rr))
		}
	}
	if len(reply.Answer) == 0 {
		reply.SetRcode(request, dns.RcodeNameError)
	}
	if option := request.IsEdns0(); option != nil {
		reply.SetEdns0(option.UDPSize(), false)
	}
	reply.Compress = true
	if err := w.WriteMsg(reply); err != nil {
		log.Print(err)
	}
}

func ask(client *dns.Client, connection *dns.Conn, name string, kind uint16) int {
	message := new(dns.Msg)
	message.SetQuestion(name, kind)
	if !recorder.Is("size") {
		message.SetEdns0(4096, false)
	}
	answer, _, err := client.ExchangeWithConn(message, connection)
	if err != nil {
		log.Fatal(err)
	}
	length := 0
	for _, rr := range answer.Answer {
		length += len(rr.String())
	}
	return length
}

var length int

func main() {
	source := text()
	served := load(source)
	ready := make(chan bool)
	server := &dns.Server{Addr: "127.0.0.1:18853", Net: "udp", Handler: served, NotifyStartedFunc: func() { close(ready) }}
	go func() { log.Fatal(server.ListenAndServe()) }()
	<-ready
	client := &dns.Client{Net: "udp"}
	connection, err := client.Dial("127.0.0.1:18853")
	if err != nil {
		log.Fatal(err)
	}
	kinds := []uint16{dns.TypeA, dns.TypeTXT, dns.TypeAAAA, dns.TypeANY}
	recorder.Run(120000, func(i int) {
		length += ask(client, connection, fmt.Sprintf("Host%d.example.org.", i%420), kinds[i%4])
		if i%200 == 0 && !recorder.Is("zone") {
			length += len(load(source).records)
		}
	})
}
