// Watching from outside whether a program hangs.
#ifndef TASKLEAK_CLI_OUTSIDE_WATCH_H_
#define TASKLEAK_CLI_OUTSIDE_WATCH_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "child_process.h"

namespace taskleak::cli {

/// How long a child may take, and what its report is called.
struct HangLimit {
  std::chrono::milliseconds time{0};
  std::string name;
};

/// Waits for the end of the child `pid`. Returns nothing, after it has reported and killed the
/// child, if the child takes longer than `limit.time`, or is shown never to end: from one second
/// on, at growing intervals, it is asked whether its first thread is in a deadlock or all of its
/// threads are asleep. Its threads are not disturbed for that. The report goes to standard error
/// and to the JSON file that TASKLEAK_OPTIONS names.
///
/// Looks at one process, in the life of this one.
std::optional<ChildEnd> AwaitUnlessItHangs(pid_t pid, const HangLimit& limit);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_OUTSIDE_WATCH_H_
