// The document itself, from any number of documents: what was in them, one after the other.
#include <utility>

#include "format.h"
#include "report_writer.h"

namespace taskleak::cli {

std::string FormatJson(const RunReport& report, const FormatOptions&) {
  ReportWriter writer;
  for (const TestEntry& test : report.tests) writer.AddTest(test.json);
  for (const report::CheckedScope& scope : report.checked) writer.AddChecked(scope);
  for (const check::SuppressionCount& use : report.suppressions) writer.AddSuppression(use);
  for (const std::string& note : report.notes) writer.AddNote(note);
  return std::move(writer).Finish();
}

}  // namespace taskleak::cli
