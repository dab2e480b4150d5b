// Threads that are left and were not there before, on their way to a report.
#ifndef TASKLEAK_SRC_CHECK_STRAGGLER_H_
#define TASKLEAK_SRC_CHECK_STRAGGLER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "platform/thread_list.h"

namespace taskleak::check {

struct Straggler {
  platform::ThreadId id;
  std::string name;
  std::uint64_t unjoined = 0;  ///< serial of the birth of one that ended and was not joined; else 0

  /// The same unit, whatever its name is by now.
  [[nodiscard]] bool Is(const Straggler& other) const {
    return id == other.id && unjoined == other.unjoined;
  }
};

using Stragglers = std::vector<Straggler>;

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_STRAGGLER_H_
