// What one check found, as values: report/ puts it into words.
#ifndef TASKLEAK_SRC_CHECK_OUTCOME_H_
#define TASKLEAK_SRC_CHECK_OUTCOME_H_

#include <chrono>
#include <string>
#include <vector>

#include "explain/group.h"
#include "explain/wait_graph.h"

namespace taskleak::check {

/// Holds what one check found.
struct Outcome {
  std::string test;  ///< what was checked; may be empty
  std::chrono::milliseconds waited{0};
  std::vector<explain::FoundGroup> groups;
  std::vector<explain::FoundDeadlock> deadlocks;
  std::vector<std::string> notes;
  std::string failure;  ///< why the check failed; empty if it did not

  /// Returns whether the check worked and found nothing.
  [[nodiscard]] bool empty() const { return groups.empty() && failure.empty(); }
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_OUTCOME_H_
