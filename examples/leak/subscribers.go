package main

// subscribers keeps the buffer of everyone who ever subscribed and did not say goodbye: the leak.
type subscribers struct {
	byID map[int]*subscriber
}

type subscriber struct {
	id      int
	pending []byte
}

func (s *subscribers) subscribe(id int) {
	s.byID[id] = &subscriber{id: id, pending: make([]byte, 0, 4<<10)}
}

func (s *subscribers) unsubscribe(id int) {
	delete(s.byID, id)
}
