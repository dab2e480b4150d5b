// Counts how often each line of the suppression files was used in this process.
#ifndef TASKLEAK_SRC_RULES_SUPPRESSION_USE_H_
#define TASKLEAK_SRC_RULES_SUPPRESSION_USE_H_

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "rules/suppression.h"

namespace taskleak::rules {

/// One line of one file. Lives as long as the process; checks made with different options share
/// it.
struct SuppressionUse {
  std::string path;
  int line = 0;
  std::string text;  ///< in the form of ToLine
  bool expired = false;
  std::atomic<std::size_t> used{0};  ///< number of matches; an expired line hides nothing
};

/// Returns the record of the line. It is the same for the same path, line and text. Thread-safe.
SuppressionUse* UseOf(const std::string& path, int line, const Suppression& suppression);

/// A copy of one record.
struct SuppressionCount {
  std::string path;
  int line = 0;
  std::string text;
  bool expired = false;
  std::size_t used = 0;
};

/// Returns all records so far, in the order of files and lines. Thread-safe.
std::vector<SuppressionCount> CountSuppressionUse();

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_SUPPRESSION_USE_H_
