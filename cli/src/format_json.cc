// Writes the content of any number of documents into one, one after the other.
#include <string_view>

#include "format.h"
#include "report_writer.h"
#include "test_entry.h"

namespace taskleak::cli {

std::string FormatJson(const RunReport& report, const FormatOptions&) {
  ReportSummary summary{.looks = report.looks()};
  for (const TestEntry& test : report.tests) {
    if (IsLook(test.json)) continue;
    ++summary.leaking_tests;
    const Json& groups = test.json["groups"];
    summary.groups += groups.size();
    for (const Json& group : groups) summary.units += NumberAt(group, "count");
  }
  std::string text;
  ReportWriter writer([&text](std::string_view piece) { text += piece; }, summary);
  for (const TestEntry& test : report.tests) writer.AddTest(Compact(test.json));
  for (const report::CheckedScope& scope : report.checked)
    writer.AddChecked(scope.name, scope.ended, scope.times);
  for (const rules::SuppressionCount& use : report.suppressions) writer.AddSuppression(use);
  for (const std::string& note : report.notes) writer.AddNote(note);
  writer.Finish();
  return text;
}

}  // namespace taskleak::cli
