// The work of target.cc for goleak: the same arguments, the same output.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"go.uber.org/goleak"
)

var never = make(chan struct{})

//go:noinline
func wait(depth int) int {
	if depth == 0 {
		<-never
		return 0
	}
	return wait(depth-1) + 1
}

func startWaiting(count int) {
	started := make(chan struct{})
	for i := 0; i < count; i++ {
		go func() {
			started <- struct{}{}
			wait(10)
		}()
	}
	for i := 0; i < count; i++ {
		<-started
	}
	runtime.Gosched()
}

func number(index int) int {
	if index >= len(os.Args) {
		return -1
	}
	value, err := strconv.Atoi(os.Args[index])
	if err != nil {
		panic(err)
	}
	return value
}

func print(values map[string]interface{}) {
	text, err := json.Marshal(values)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

// Both ends, as in: defer goleak.VerifyNone(t, goleak.IgnoreCurrent()).
func clean(others, rounds int) {
	startWaiting(others)
	samples := []float64{}
	for i := -3; i < rounds; i++ {
		start := time.Now()
		current := goleak.IgnoreCurrent()
		if err := goleak.Find(current); err != nil {
			panic(err)
		}
		if i >= 0 {
			samples = append(samples, float64(time.Since(start).Nanoseconds())/1e3)
		}
	}
	print(map[string]interface{}{"samples": samples})
}

func peakMemory() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) > 1 && fields[0] == "VmHWM:" {
			value, _ := strconv.ParseFloat(fields[1], 64)
			return value
		}
	}
	return 0
}

func report(leaks int) {
	current := goleak.IgnoreCurrent()
	startWaiting(leaks)
	memory := peakMemory()
	start := time.Now()
	text := goleak.Find(current).Error()
	took := float64(time.Since(start).Nanoseconds()) / 1e6
	print(map[string]interface{}{"samples": []float64{took}, "bytes": len(text), "kib": peakMemory() - memory})
}

func late(after, rounds int) {
	samples := []float64{}
	for i := 0; i < rounds; i++ {
		current := goleak.IgnoreCurrent()
		ended := make(chan time.Time, 1)
		go func() {
			time.Sleep(time.Duration(after) * time.Millisecond)
			ended <- time.Now()
		}()
		if err := goleak.Find(current); err != nil {
			panic(err)
		}
		returned := time.Now()
		samples = append(samples, float64(returned.Sub(<-ended).Nanoseconds())/1e6)
	}
	print(map[string]interface{}{"samples": samples})
}

func main() {
	switch os.Args[1] {
	case "clean":
		clean(number(2), number(3))
	case "report":
		report(number(2))
	case "late":
		late(number(2), number(3))
	}
}
