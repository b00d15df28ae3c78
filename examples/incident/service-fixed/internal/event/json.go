package event

// JSON is an event as the browser SDK sends it, in batches of a few dozen.
type JSON struct {
	TS      int64  `json:"ts"`
	Tenant  string `json:"tenant"`
	Kind    string `json:"kind"`
	Route   string `json:"route"`
	Session string `json:"session"`
	Status  int    `json:"status"`
	DurUS   int64  `json:"dur_us"`
	Bytes   int64  `json:"bytes"`
}

// FromJSON fills e from its JSON form.
func (e *Event) FromJSON(j *JSON, names *Interner) error {
	if err := e.Session.decode([]byte(j.Session)); err != nil {
		return err
	}
	e.UnixMilli = j.TS
	e.Tenant = names.Intern([]byte(j.Tenant))
	e.Kind = names.Intern([]byte(j.Kind))
	e.Route = names.Intern([]byte(j.Route))
	e.Status = j.Status
	e.DurationUS = j.DurUS
	e.Bytes = j.Bytes
	return e.validate()
}
