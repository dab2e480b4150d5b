// Threads that are alive and were not before, on their way to a report.
#ifndef TASKLEAK_SRC_CHECK_STRAGGLER_H_
#define TASKLEAK_SRC_CHECK_STRAGGLER_H_

#include <string>
#include <vector>

#include "platform/thread_list.h"

namespace taskleak::check {

struct Straggler {
  platform::ThreadId id;
  std::string name;
};

using Stragglers = std::vector<Straggler>;

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_STRAGGLER_H_
