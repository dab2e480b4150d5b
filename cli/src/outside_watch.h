// Watches from outside whether a program hangs.
#ifndef TASKLEAK_CLI_OUTSIDE_WATCH_H_
#define TASKLEAK_CLI_OUTSIDE_WATCH_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "child_process.h"

namespace taskleak::cli {

/// Holds the time that a child may take, and the name in its report.
struct HangLimit {
  std::chrono::milliseconds time{0};
  std::string name;
};

/// Waits for the end of the child `pid`. If the child takes longer than `limit.time`, or is shown
/// never to end, reports and kills it, and returns nothing. From one second on, at growing
/// intervals, this looks whether the child's first thread is in a deadlock, or all of its threads
/// are asleep. The looks do not disturb the threads. The report goes to standard error and to the
/// JSON file that TASKLEAK_OPTIONS names.
///
/// May be used for one child in the life of this process.
std::optional<ChildEnd> AwaitUnlessItHangs(pid_t pid, const HangLimit& limit);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_OUTSIDE_WATCH_H_
