package promtext

import (
	"bytes"
	"math"
	"os"
	"strconv"
	"strings"
)

// clockTicks is USER_HZ, which Linux fixes at 100 for every architecture Go
// supports.
const clockTicks = 100

// processFamilies reads /proc/self. What cannot be read is left out, as on a
// system without procfs.
func processFamilies() []family {
	var families []family
	gauge := func(name, help string, v float64) {
		families = append(families, plain("process_"+name, help, "gauge", v))
	}
	counter := func(name, help string, v float64) {
		families = append(families, plain("process_"+name, help, "counter", v))
	}

	if stat, ok := readStat(); ok {
		counter("cpu_seconds_total", "Total user and system CPU time spent in seconds.", stat.cpuSeconds)
		gauge("resident_memory_bytes", "Resident memory size in bytes.", stat.residentBytes)
		gauge("virtual_memory_bytes", "Virtual memory size in bytes.", stat.virtualBytes)
		if boot, ok := bootTime(); ok {
			gauge("start_time_seconds", "Start time of the process since unix epoch in seconds.", boot+stat.startSeconds)
		}
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		gauge("open_fds", "Number of open file descriptors.", float64(len(files)))
	}
	if limits, err := os.ReadFile("/proc/self/limits"); err == nil {
		gauge("max_fds", "Maximum number of open file descriptors.", softLimit(limits, "Max open files"))
		gauge("virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.", softLimit(limits, "Max address space"))
	}
	if received, sent, ok := networkBytes(); ok {
		counter("network_receive_bytes_total", "Number of bytes received by the process over the network.", received)
		counter("network_transmit_bytes_total", "Number of bytes sent by the process over the network.", sent)
	}
	return families
}

type procStat struct {
	cpuSeconds, startSeconds, residentBytes, virtualBytes float64
}

func readStat() (procStat, bool) {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return procStat{}, false
	}
	// The command's name is in parentheses and may hold spaces, so the fields are
	// counted from behind it: proc(5) calls the first of them number 3.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	field := func(number int) float64 {
		if number-3 >= len(fields) {
			return 0
		}
		v, _ := strconv.ParseFloat(fields[number-3], 64)
		return v
	}
	return procStat{
		cpuSeconds:    (field(14) + field(15)) / clockTicks,
		startSeconds:  field(22) / clockTicks,
		virtualBytes:  field(23),
		residentBytes: field(24) * float64(os.Getpagesize()),
	}, true
}

func bootTime() (float64, bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "btime "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return v, err == nil
		}
	}
	return 0, false
}

func softLimit(limits []byte, name string) float64 {
	for line := range strings.Lines(string(limits)) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok {
			continue
		}
		if fields := strings.Fields(rest); len(fields) > 0 && fields[0] != "unlimited" {
			v, _ := strconv.ParseFloat(fields[0], 64)
			return v
		}
	}
	return math.MaxUint64
}

// networkBytes sums over the network namespace, as client_golang does.
func networkBytes() (received, sent float64, ok bool) {
	text, err := os.ReadFile("/proc/self/net/netstat")
	if err != nil {
		return 0, 0, false
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		rest, found := strings.CutPrefix(line, "IpExt:")
		if !found {
			continue
		}
		fields := strings.Fields(rest)
		if names == nil {
			names = fields
			continue
		}
		for i, name := range names[:min(len(names), len(fields))] {
			v, _ := strconv.ParseFloat(fields[i], 64)
			switch name {
			case "InOctets":
				received = v
			case "OutOctets":
				sent = v
			}
		}
		return received, sent, true
	}
	return 0, 0, false
}
