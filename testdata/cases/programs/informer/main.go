package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"example.com/cases/obs"
)

type FieldsEntry struct {
	Manager  string          `json:"manager"`
	FieldsV1 json.RawMessage `json:"fieldsV1"`
}

type Meta struct {
	Name          string            `json:"name"`
	Namespace     string            `json:"namespace"`
	Labels        map[string]string `json:"labels"`
	ManagedFields []FieldsEntry     `json:"managedFields"`
}

type Pod struct {
	Meta Meta            `json:"metadata"`
	Spec json.RawMessage `json:"spec"`
	Node string          `json:"nodeName"`
}

type Store struct {
	mu    sync.RWMutex
	items map[string]*Pod
}

func (s *Store) Replace(key string, p *Pod) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[key] = p
}

type Informer struct{ indexer *Store }

func (in *Informer) onEvent(raw []byte) error {
	var p Pod
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	in.indexer.Replace(p.Meta.Namespace+"/"+p.Meta.Name, &p)
	return nil
}

func (in *Informer) nodeOf(key string) string {
	in.indexer.mu.RLock()
	defer in.indexer.mu.RUnlock()
	return in.indexer.items[key].Node
}

func event(i, version int) []byte {
	fields := `{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{`
	for j := range 60 {
		fields += fmt.Sprintf(`"f:field%d":{".":{},"f:v":{}},`, j)
	}
	fields += `"f:end":{}}}`
	return fmt.Appendf(nil, `{"metadata":{"name":"pod-%d","namespace":"ns-%d","labels":{"app":"a%d","v":"%d"},"managedFields":[{"manager":"kubelet","fieldsV1":%s},{"manager":"kcm","fieldsV1":%s}]},"spec":{"containers":[{"name":"c","image":"registry/app:%d"}]},"nodeName":"node-%d"}`, i, i%40, i%9, version, fields, fields, version, i%50)
}

var informer = &Informer{indexer: &Store{items: map[string]*Pod{}}}

const pods = 9000

func main() {
	for i := range pods {
		if err := informer.onEvent(event(i, 0)); err != nil {
			panic(err)
		}
	}
	obs.Run(2*time.Millisecond, func(i int) {
		if err := informer.onEvent(event(i%pods, i)); err != nil {
			panic(err)
		}
		informer.nodeOf(fmt.Sprintf("ns-%d/pod-%d", i%40, i%40))
	})
}
