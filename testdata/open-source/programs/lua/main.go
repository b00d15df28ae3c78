// Rules in Lua, run for each event.
package main

import (
	"fmt"
	"log"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"example.com/libraries/recorder"
)

const script = `
local totals = {}
function handle(event)
  local sum, names = 0, {}
  for i, item in ipairs(event.items) do
    if item.price > 20 then
      sum = sum + item.price * item.count
      names[#names + 1] = item.name .. "x" .. tostring(item.count)
    end
  end
  table.sort(names)
  totals[event.user] = (totals[event.user] or 0) + sum
  return string.format("%s: %.2f (%s)", event.user, sum, table.concat(names, ","))
end`

type item struct {
	name  string
	price float64
	count int
}

func newState() *lua.LState {
	state := lua.NewState()
	if err := state.DoString(script); err != nil {
		log.Fatal(err)
	}
	return state
}

func toTable(state *lua.LState, user string, items []item) *lua.LTable {
	list := state.NewTable()
	for _, it := range items {
		row := state.NewTable()
		row.RawSetString("name", lua.LString(it.name))
		row.RawSetString("price", lua.LNumber(it.price))
		row.RawSetString("count", lua.LNumber(it.count))
		list.Append(row)
	}
	event := state.NewTable()
	event.RawSetString("user", lua.LString(user))
	event.RawSetString("items", list)
	return event
}

func handle(state *lua.LState, event *lua.LTable) string {
	call := lua.P{Fn: state.GetGlobal("handle"), NRet: 1, Protect: true}
	if err := state.CallByParam(call, event); err != nil {
		log.Fatal(err)
	}
	result := state.Get(-1)
	state.Pop(1)
	return result.String()
}

var length int

func main() {
	items := make([]item, 40)
	for i := range items {
		items[i] = item{strings.Repeat("n", i%7+1), float64(i), i%5 + 1}
	}
	var shared *lua.LState
	recorder.Run(12000, func(i int) {
		state := shared
		if state == nil {
			state = newState()
		}
		if recorder.Is("state") {
			shared = state
		}
		user := fmt.Sprintf("user-%d", i%100)
		event := toTable(state, user, items)
		for range 4 {
			if !recorder.Is("event") {
				event = toTable(state, user, items)
			}
			length += len(handle(state, event))
		}
		if shared == nil {
			state.Close()
		}
	})
}
