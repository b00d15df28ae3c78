// Command reference says what golang.org/x/exp/trace finds in a trace, a fact a line: `reference FILE`. Times are nanoseconds
// since the first event; -1 is unknown. It replays the scheduler, which gomem does not, so that the two agree for a reason.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sort"
	"strings"

	"golang.org/x/exp/trace"
)

type (
	assist struct {
		begin, running, since, own int64
		site, region               string
	}
	pause struct {
		begin, goal  int64
		reason, site string
	}
	sweep struct {
		begin     int64
		goroutine trace.GoID
	}
	goroutine struct {
		assist  *assist
		pause   *pause
		regions []region
		mode    string
		start   int64
	}
	region struct {
		task  trace.TaskID
		name  string
		begin int64
	}
	cycle struct {
		begin, end                       int64
		trigger                          string
		start, endHeap, live, goal, next int64
		thread                           trace.ThreadID
	}
	task struct {
		parent     int64
		name       string
		begin, end int64
	}
)

var (
	out        = bufio.NewWriter(os.Stdout)
	goroutines = map[trace.GoID]*goroutine{}
	sweeps     = map[int64]*sweep{}
	tasks      = map[trace.TaskID]*task{}
	order      []trace.TaskID
	cycles     []*cycle
	heap       []int64
	onThread   = map[trace.ThreadID]int64{}
	placeOf    = map[trace.ThreadID]int{}
	goal       = int64(-1)
	ended      int
	memory     = newObjects()
	// escaped texts have no ends of lines and cells.
	escaped = strings.NewReplacer("\\", `\\`, "\n", `\n`, "\t", `\t`)
)

func main() {
	file, err := os.Open(os.Args[1])
	check(err)
	reader, err := trace.NewReader(bufio.NewReader(file))
	check(err)
	first := int64(-1)
	for {
		event, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		check(err)
		if first < 0 {
			first = int64(event.Time())
		}
		take(event, int64(event.Time())-first)
	}
	finish()
	count(os.Args[1])
	check(out.Flush())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func of(id trace.GoID) *goroutine {
	if goroutines[id] == nil {
		goroutines[id] = &goroutine{}
	}
	return goroutines[id]
}

func site(stack trace.Stack) string {
	for frame := range stack.Frames() {
		if !strings.HasPrefix(frame.Func, "runtime.") && !strings.HasPrefix(frame.Func, "internal/runtime/") {
			return fmt.Sprintf("%s:%d", frame.Func, frame.Line)
		}
	}
	return "-"
}

func trigger(stack trace.Stack) string {
	found := "unknown"
	for frame := range stack.Frames() {
		switch {
		case frame.Func == "runtime.GC":
			return "forced"
		case frame.Func == "runtime.forcegchelper":
			return "periodic"
		case strings.HasPrefix(frame.Func, "runtime.mallocgc"):
			found = "heap"
		}
	}
	return found
}

func take(event trace.Event, time int64) {
	id := event.Goroutine()
	switch event.Kind() {
	case trace.EventSync:
		memory.tables(event.Sync())
	case trace.EventExperimental:
		memory.take(event.Experimental(), ended, time)
	case trace.EventMetric:
		metric(event, time)
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		span(event, time)
	case trace.EventLabel:
		of(id).mode = strings.TrimSuffix(strings.TrimPrefix(event.Label().Label, "GC ("), ")")
	case trace.EventStateTransition:
		transition(event, time)
	case trace.EventTaskBegin:
		begun := event.Task()
		parent := int64(begun.Parent)
		if begun.Parent == trace.NoTask {
			parent = 0
		}
		tasks[begun.ID] = &task{parent, begun.Type, time, -1}
		order = append(order, begun.ID)
	case trace.EventTaskEnd:
		begun := tasks[event.Task().ID]
		if begun == nil {
			begun = &task{0, "-", -1, -1}
			tasks[event.Task().ID] = begun
			order = append(order, event.Task().ID)
		}
		begun.end = time
	case trace.EventRegionBegin:
		of(id).regions = append(of(id).regions, region{event.Region().Task, event.Region().Type, time})
	case trace.EventRegionEnd:
		open := of(id).regions
		if len(open) > 0 {
			last := open[len(open)-1]
			of(id).regions = open[:len(open)-1]
			fmt.Fprintf(out, "region\t%d\t%d\t%d\t%d\t%s\n", last.begin, time-last.begin, id, last.task, escaped.Replace(last.name))
		}
	case trace.EventLog:
		log := event.Log()
		fmt.Fprintf(out, "log\t%d\t%d\t%d\t%s\t%s\n", time, id, log.Task, escaped.Replace(log.Category),
			escaped.Replace(log.Message))
	}
}

func metric(event trace.Event, time int64) {
	value := int64(event.Metric().Value.Uint64())
	switch event.Metric().Name {
	case "/memory/classes/heap/objects:bytes":
		heap = append(heap, value)
		onThread[event.Thread()] = value
		placeOf[event.Thread()] = len(heap) - 1
	case "/gc/heap/goal:bytes":
		goal = value
		if value == 0 || value >= 1<<62 {
			goal = -1
		}
		if open := of(event.Goroutine()).pause; open != nil && open.goal < 0 {
			open.goal = time
		}
		for _, cycle := range cycles {
			if cycle.end >= 0 && cycle.next == -2 && cycle.thread == event.Thread() {
				cycle.next = goal
			}
		}
	}
}

func span(event trace.Event, time int64) {
	name, id := event.Range().Name, event.Goroutine()
	kind := event.Kind()
	switch {
	case name == "GC concurrent mark phase":
		if kind == trace.EventRangeBegin {
			start := int64(-1)
			if len(heap) > 0 {
				start = heap[len(heap)-1]
			}
			cycles = append(cycles, &cycle{time, -1, trigger(event.Stack()), start, -1, -1, goal, -2, 0})
			return
		}
		if len(cycles) == 0 || cycles[len(cycles)-1].end >= 0 {
			cycles = append(cycles, &cycle{-1, -1, "unknown", -1, -1, -1, -1, -2, 0})
		}
		if kind == trace.EventRangeEnd {
			last := cycles[len(cycles)-1]
			last.end, last.thread = time, event.Thread()
			if live, found := onThread[event.Thread()]; found {
				last.live = live
				if place := placeOf[event.Thread()]; place > 0 {
					last.endHeap = heap[place-1]
				}
			}
			ended++
		}
	case name == "GC mark assist":
		assisting(event, time)
	case name == "GC incremental sweep":
		proc := int64(event.Range().Scope.Proc())
		switch kind {
		case trace.EventRangeBegin:
			sweeps[proc] = &sweep{time, id}
		case trace.EventRangeEnd:
			open := sweeps[proc]
			delete(sweeps, proc)
			values := event.RangeAttributes()
			if open != nil {
				fmt.Fprintf(out, "sweep\t%d\t%d\t%d\t%d\t%d\n", open.begin, time-open.begin, open.goroutine,
					values[0].Value.Uint64(), values[1].Value.Uint64())
			}
		}
	case strings.HasPrefix(name, "stop-the-world ("):
		reason := strings.TrimSuffix(strings.TrimPrefix(name, "stop-the-world ("), ")")
		if kind == trace.EventRangeBegin {
			of(id).pause = &pause{time, -1, reason, site(event.Stack())}
			return
		}
		open := of(id).pause
		of(id).pause = nil
		if open == nil {
			return
		}
		if assist := of(id).assist; assist != nil {
			assist.own += time - open.begin
		}
		runtime := int64(-1)
		if strings.HasPrefix(reason, "GC ") {
			runtime = time - open.begin
			if open.goal >= 0 {
				runtime = open.goal - open.begin
			}
		}
		fmt.Fprintf(out, "pause\t%d\t%d\t%d\t%d\t%s\t%s\n", open.begin, time-open.begin, runtime, id, open.reason, open.site)
	}
}

func assisting(event trace.Event, time int64) {
	id := event.Range().Scope.Goroutine()
	state := of(id)
	switch event.Kind() {
	case trace.EventRangeBegin:
		inner := "-"
		if count := len(state.regions); count > 0 {
			inner = state.regions[count-1].name
		}
		state.assist = &assist{begin: time, since: time, site: site(event.Stack()), region: inner}
	case trace.EventRangeEnd:
		open := state.assist
		state.assist = nil
		if open == nil || open.begin < 0 {
			return
		}
		if open.since >= 0 {
			open.running += time - open.since
		}
		fmt.Fprintf(out, "assist\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", open.begin, time-open.begin, open.running, open.own, id,
			open.region, open.site)
	}
}

func transition(event trace.Event, time int64) {
	change := event.StateTransition()
	if change.Resource.Kind != trace.ResourceGoroutine {
		return
	}
	id := change.Resource.Goroutine()
	from, to := change.Goroutine()
	state := of(id)
	if from == to || from == trace.GoUndetermined {
		return
	}
	if to == trace.GoRunning && from != trace.GoSyscall {
		state.start, state.mode = time, ""
		if state.assist != nil {
			state.assist.since = time
		}
	}
	if from == trace.GoRunning && to == trace.GoSyscall {
		// A worker makes no system call: the label was its processor's.
		state.mode = ""
	}
	if from == trace.GoRunning && to != trace.GoSyscall {
		if state.assist != nil && state.assist.since >= 0 {
			state.assist.running += time - state.assist.since
			state.assist.since = -1
		}
		if state.mode != "" {
			fmt.Fprintf(out, "worker\t%d\t%d\t%d\t%s\n", state.start, time-state.start, id, state.mode)
			state.mode = ""
		}
	}
}

func finish() {
	for _, cycle := range cycles {
		if cycle.next == -2 {
			cycle.next = -1
		}
		fmt.Fprintf(out, "cycle\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", cycle.begin, cycle.end, cycle.start, cycle.endHeap,
			cycle.live, cycle.goal, cycle.next, cycle.trigger)
	}
	for _, id := range order {
		task := tasks[id]
		fmt.Fprintf(out, "task\t%d\t%d\t%d\t%d\t%s\n", task.begin, task.end, id, task.parent, escaped.Replace(task.name))
	}
	memory.finish()
}

// count says how many raw events of each type there are; the tool cannot read all experiments.
func count(path string) {
	raw, err := exec.Command("go", "tool", "trace", "-d=wire", path).Output()
	if err != nil {
		return
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		if line[0] >= 'A' && line[0] <= 'Z' {
			counts[strings.Fields(line)[0]]++
		}
	}
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(out, "event\t%d\t%s\n", counts[name], name)
	}
}
