// Writes a JSON report (docs/report-formats.md) part by part.
#ifndef TASKLEAK_CLI_REPORT_WRITER_H_
#define TASKLEAK_CLI_REPORT_WRITER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "run_report.h"

namespace taskleak::cli {

/// Holds the text only: add, then Finish once.
class ReportWriter {
 public:
  /// An element of "tests" as it was read.
  void AddTest(const Json& test);
  /// The same from ready text, with the numbers of its groups and units.
  void AddTest(std::string_view text, std::size_t groups, std::size_t units);
  void AddChecked(const report::CheckedScope& scope);
  void AddSuppression(const check::SuppressionCount& use);
  void AddNote(const std::string& note);

  [[nodiscard]] std::string Finish() &&;

 private:
  std::string tests_;
  std::string checked_;
  std::string suppressions_;
  std::string notes_;
  std::size_t looks_ = 0;
  std::size_t leaking_ = 0;
  std::size_t groups_ = 0;
  std::size_t units_ = 0;
};

/// One value as compact JSON; bytes that are no UTF-8 become U+FFFD.
std::string Compact(const Json& value);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_REPORT_WRITER_H_
