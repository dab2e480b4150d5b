// The leaks of a run, each once however many tests have it.
#ifndef TASKLEAK_CLI_DISTINCT_LEAKS_H_
#define TASKLEAK_CLI_DISTINCT_LEAKS_H_

#include <string>
#include <vector>

#include "run_report.h"

namespace taskleak::cli {

/// Groups of one signature. Points into the report it was made from.
struct DistinctLeak {
  const LeakReport* report;  ///< the first one that has it
  std::size_t group;         ///< which of its groups
  std::vector<std::string> tests;
  bool hang = false;  ///< a test that has it hangs

  [[nodiscard]] const LeakGroup& first() const { return report->groups[group]; }
  /// "WorkerPool.Restarts and 2 more tests"
  [[nodiscard]] std::string TestsText() const;
};

/// By signature, in the order of appearance. Looks at everything have none.
std::vector<DistinctLeak> FindDistinctLeaks(const RunReport& report);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_DISTINCT_LEAKS_H_
