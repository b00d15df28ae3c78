package event

import "testing"

func TestUnmarshalLine(t *testing.T) {
	const line = `ts=1750000000000 tenant=acme kind=page.view route="/a \"b\" \\c" ` +
		`session=000102030405060708090a0b0c0d0e0f status=200 dur_us=1234 bytes=99 later=ignored`

	var got Event
	if err := got.UnmarshalLine([]byte(line), NewInterner()); err != nil {
		t.Fatal(err)
	}
	want := Event{
		UnixMilli:  1750000000000,
		Tenant:     "acme",
		Kind:       "page.view",
		Route:      `/a "b" \c`,
		Session:    SessionID{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
		Status:     200,
		DurationUS: 1234,
		Bytes:      99,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestUnmarshalLineRejects(t *testing.T) {
	for _, line := range []string{
		`tenant`,
		`ts=x`,
		`route="unterminated`,
		`route="ends in a backslash\`,
		`session=0011`,
		`ts=1 tenant=acme kind=k status=99`,
		`ts=1 kind=k status=200`,
	} {
		var ev Event
		if err := ev.UnmarshalLine([]byte(line), NewInterner()); err == nil {
			t.Errorf("%q was accepted as %+v", line, ev)
		}
	}
}
