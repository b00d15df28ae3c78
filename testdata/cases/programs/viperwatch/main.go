// Each job reads its settings, and wants to know when they change.
package main

import (
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/spf13/viper"

	"example.com/cases/obs"
)

func settings(path string) *viper.Viper {
	v := viper.New()
	v.SetConfigFile(path)
	if err := v.ReadInConfig(); err != nil {
		log.Fatal(err)
	}
	v.OnConfigChange(func(fsnotify.Event) { log.Print("changed: ", v.GetString("name")) })
	v.WatchConfig()
	return v
}

var length int

func main() {
	folder, err := os.MkdirTemp("", "settings")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "job.yaml")
	if err := os.WriteFile(path, []byte("name: nightly\nretries: 3\nhosts: [a, b, c]\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	n := 0
	obs.Run(100*time.Millisecond, func(int) {
		if n++; n <= 100 {
			length += len(settings(path).GetString("name"))
		}
	})
}
