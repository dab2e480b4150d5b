// Writes a JSON report (docs/report-formats.md) part by part.
#ifndef TASKLEAK_CLI_REPORT_WRITER_H_
#define TASKLEAK_CLI_REPORT_WRITER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "run_report.h"

namespace taskleak::cli {

/// Receives a text piece by piece.
using TextSink = std::function<void(std::string_view)>;

/// The values at the head of a report.
struct ReportSummary {
  std::size_t looks = 0;
  std::size_t leaking_tests = 0;
  std::size_t groups = 0;
  std::size_t units = 0;
};

/// Writes each added part at once and keeps nothing. Add the tests first, then the checked scopes,
/// suppressions and notes, and then call Finish.
class ReportWriter {
 public:
  ReportWriter(TextSink out, const ReportSummary& summary);

  /// Adds an element of "tests".
  void AddTest(std::string_view json) { Add(0, json); }
  void AddChecked(std::string_view name, std::chrono::milliseconds ended, std::size_t times);
  void AddSuppression(const rules::SuppressionCount& use);
  void AddNote(const std::string& note);
  void Finish();

 private:
  void Add(std::size_t list, std::string_view element);
  void EndList();

  TextSink out_;
  std::size_t list_ = 0;      // the open list
  std::size_t elements_ = 0;  // in it
};

/// Returns a value as compact JSON. Bytes that are not UTF-8 become U+FFFD.
std::string Compact(const Json& value);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_REPORT_WRITER_H_
