// The leaks of a run. Each is listed once, even if several tests have it.
#ifndef TASKLEAK_CLI_DISTINCT_LEAKS_H_
#define TASKLEAK_CLI_DISTINCT_LEAKS_H_

#include <string>
#include <vector>

#include "run_report.h"

namespace taskleak::cli {

/// The groups of one signature. Points into the report that it was made from.
struct DistinctLeak {
  const LeakReport* report;  ///< the first test that has it
  std::size_t group;         ///< the index of its group there
  std::vector<std::string> tests;
  bool hang = false;  ///< a test that has it hangs

  [[nodiscard]] const LeakGroup& first() const { return report->groups[group]; }
  /// Returns for example "WorkerPool.Restarts and 2 more tests".
  [[nodiscard]] std::string TestsText() const;
};

/// Returns the leaks by signature, in the order of appearance. Looks at everything have no leaks.
std::vector<DistinctLeak> FindDistinctLeaks(const RunReport& report);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_DISTINCT_LEAKS_H_
