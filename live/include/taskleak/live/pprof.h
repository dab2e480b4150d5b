// Writes captures as pprof profiles.
#ifndef TASKLEAK_LIVE_PPROF_H_
#define TASKLEAK_LIVE_PPROF_H_

#include <string>

#include "taskleak/live/capture.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Returns the capture as a profile for `go tool pprof` and other tools: profile.proto of
/// github.com/google/pprof, compressed with gzip.
///
/// The value types are `threads` and `tasks`. The labels are `kind`, `state`, `name`, `origin` and
/// `created_by`, as far as they are known. A unit without a stack of its own, such as a queued
/// task, appears where it was created. The profile contains functions, files and lines, so reading
/// it needs neither the binary nor debug information. Thread-safe. Throws std::bad_alloc if there
/// is no memory.
///
/// Example:
///   std::ofstream("tasks.pb.gz") << taskleak::live::ToPprof(*taskleak::live::TakeCapture());
///   // go tool pprof -top -tagfocus state=mutex tasks.pb.gz
///   // go tool pprof -top -base before.pb.gz after.pb.gz
[[nodiscard]] std::string ToPprof(const Capture& capture);

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_PPROF_H_
