// Captures as pprof profiles.
#ifndef TASKLEAK_LIVE_PPROF_H_
#define TASKLEAK_LIVE_PPROF_H_

#include <string>

#include "taskleak/live/capture.h"

namespace taskleak::live {

/// The capture as `go tool pprof` and other tools read it: profile.proto of
/// github.com/google/pprof, compressed with gzip.
///
/// Values are of the types `threads` and `tasks`; the labels are `kind`, `state`, `name`, `origin`
/// and `created_by`, each where it is known. A unit without a stack of its own, such as a queued
/// task, is shown where it was created. Functions, files and lines are in the profile, so neither
/// binary nor debug information is needed to read it. Thread-safe. Throws std::bad_alloc for want
/// of memory.
///
/// Example:
///   std::ofstream("tasks.pb.gz") << taskleak::live::ToPprof(*taskleak::live::TakeCapture());
///   // go tool pprof -top -tagfocus state=mutex tasks.pb.gz
///   // go tool pprof -top -base before.pb.gz after.pb.gz
[[nodiscard]] std::string ToPprof(const Capture& capture);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_PPROF_H_
