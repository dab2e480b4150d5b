// Writes a JSON report (docs/report-formats.md) part by part.
#ifndef TASKLEAK_CLI_REPORT_WRITER_H_
#define TASKLEAK_CLI_REPORT_WRITER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "run_report.h"

namespace taskleak::cli {

/// Takes a text piece by piece.
using TextSink = std::function<void(std::string_view)>;

/// What stands at a report's head.
struct ReportSummary {
  std::size_t looks = 0;
  std::size_t leaking_tests = 0;
  std::size_t groups = 0;
  std::size_t units = 0;
};

/// Keeps nothing: what is added is written. Tests come first, then what was checked, suppressions
/// and notes; then Finish.
class ReportWriter {
 public:
  ReportWriter(TextSink out, const ReportSummary& summary);

  /// An element of "tests".
  void AddTest(std::string_view json) { Add(0, json); }
  void AddChecked(std::string_view name, std::chrono::milliseconds ended, std::size_t times);
  void AddSuppression(const rules::SuppressionCount& use);
  void AddNote(const std::string& note);
  void Finish();

 private:
  void Add(std::size_t list, std::string_view element);
  void EndList();

  TextSink out_;
  std::size_t list_ = 0;      // the one that is open
  std::size_t elements_ = 0;  // in it
};

/// One value as compact JSON; bytes that are no UTF-8 become U+FFFD.
std::string Compact(const Json& value);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_REPORT_WRITER_H_
