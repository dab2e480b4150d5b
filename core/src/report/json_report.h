// Writes leak reports as JSON, schema 1 (docs/report-formats.md).
#ifndef TASKLEAK_SRC_REPORT_JSON_REPORT_H_
#define TASKLEAK_SRC_REPORT_JSON_REPORT_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "rules/suppression_use.h"
#include "taskleak/leak.h"

namespace taskleak::report {

/// A test, suite or run that was looked at.
struct CheckedScope {
  std::string name;
  std::chrono::milliseconds ended{0};  ///< end of the last check, since the run's first event
  std::size_t times = 1;               ///< number of checks, since tests can be repeated
};

/// Returns the document of a run that looked at `checked` and found `reports`, with the use of the
/// lines of suppression files. Reports without leaks only add their notes. Bytes that are not UTF-8
/// become U+FFFD.
std::string JsonDocument(const std::vector<LeakReport>& reports,
                         const std::vector<CheckedScope>& checked,
                         const std::vector<rules::SuppressionCount>& suppressions = {});

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_JSON_REPORT_H_
