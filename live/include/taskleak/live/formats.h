// Writes captures as text and JSON.
#ifndef TASKLEAK_LIVE_FORMATS_H_
#define TASKLEAK_LIVE_FORMATS_H_

#include <string>

#include "taskleak/live/capture.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Returns each distinct stack once, the most frequent first, with the number of units there, what
/// they wait for and what created them. The form is that of Go's goroutine profile with debug=1,
/// which pprof reads too.
///
/// All functions here are thread-safe. Their results contain no terminal escapes.
///
/// Example:
///   tasks profile: total 9
///   8 @ 0x55d0c0de1000 0x55d0c0de2000
///   # 8 threads "pool-worker", condvar, 3 to 250 s old
///   #   0x55d0c0de1000  pool::WorkerPool::Run()  src/pool.cc:63
[[nodiscard]] std::string ToStackText(const Capture& capture);

/// Returns each unit with its stack, in the form of Go's goroutine profile with debug=2.
///
/// Example:
///   thread 4121 "pool-worker" [condvar, 4 minutes]:
///   pool::WorkerPool::Run()
///           src/pool.cc:63
///   created by pool::WorkerPool::Start(int)
///           src/pool.cc:41
[[nodiscard]] std::string ToUnitText(const Capture& capture);

/// Returns collapsed stacks for flame graphs, outermost function first.
///
/// Example:
///   pool-worker;clone3;start_thread;pool::WorkerPool::Run() 8
[[nodiscard]] std::string ToFolded(const Capture& capture);

/// Returns a report of schema 1 (docs/report-formats.md) with one entry, which has the verdict
/// `alive`.
[[nodiscard]] std::string ToJson(const Capture& capture);

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_FORMATS_H_
