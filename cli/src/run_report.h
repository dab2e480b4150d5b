// A JSON report that was read: the input of every format and comparison.
#ifndef TASKLEAK_CLI_RUN_REPORT_H_
#define TASKLEAK_CLI_RUN_REPORT_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/json_report.h"
#include "rules/suppression_use.h"
#include "taskleak/leak.h"

namespace taskleak::cli {

using Json = nlohmann::ordered_json;

/// One entry of "tests": the values that this program understands, and their JSON, which may have
/// more. `report.groups` and `json["groups"]` have the same length.
struct TestEntry {
  LeakReport report;
  Json json;
  std::size_t document = 0;  ///< number of its document, in the order of reading
};

/// One or several documents. `tests` may name a test more than once (re-runs) unless they were
/// merged.
struct RunReport {
  std::vector<TestEntry> tests;
  std::vector<report::CheckedScope> checked;
  std::vector<rules::SuppressionCount> suppressions;  ///< each line once
  std::vector<std::string> notes;

  [[nodiscard]] std::size_t looks() const {
    std::size_t count = 0;
    for (const report::CheckedScope& scope : checked) count += scope.times;
    return count;
  }
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_RUN_REPORT_H_
