//go:build cgo

package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <unistd.h>

extern void called(int);

static void *on_thread(void *count) {
	for (long i = 0; i < (long)count; i++) {
		called((int)i);
		usleep(20);
	}
	return 0;
}

static void on_new_thread(long count) {
	pthread_t thread;
	pthread_create(&thread, 0, on_thread, (void *)count);
	pthread_join(thread, 0);
}

static void here(long count) { on_thread((void *)count); }
*/
import "C"

import "sync"

// callbacks has C that calls Go: on the thread that called it, and on threads that Go has not seen.
func callbacks(scale int) {
	var wait sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := 0; i < 4*scale; i++ {
				C.on_new_thread(30)
				C.here(30)
			}
		}()
	}
	wait.Wait()
}
