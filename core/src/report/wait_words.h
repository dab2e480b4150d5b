// Words for the activities and waits of units.
#ifndef TASKLEAK_SRC_REPORT_WAIT_WORDS_H_
#define TASKLEAK_SRC_REPORT_WAIT_WORDS_H_

#include <string>

#include "explain/wait_facts.h"
#include "linux/proc/descriptor.h"

namespace taskleak::report {

/// Returns Unit::detail: "descriptor 5, listening TCP 127.0.0.1:8080", "0x7ffe10, held by 2
/// readers", "in flock on descriptor 5, /var/lock/queue". Empty if no more is known than the unit's
/// state.
std::string DetailText(const explain::Detail& detail);

/// Returns "TCP 127.0.0.1:41000 -> 127.0.0.1:6379 (established)", "pipe", "eventfd", "timerfd,
/// 1.5 s left", a file's path. Empty if nothing is open.
std::string OpenFileText(const platform::OpenFile& file);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_WAIT_WORDS_H_
