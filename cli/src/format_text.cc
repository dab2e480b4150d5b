// The text format, for people.
#include <fmt/format.h>

#include "format.h"
#include "report/stale_suppressions.h"
#include "report/wording.h"

namespace taskleak::cli {
namespace {

std::string Summary(const RunReport& report) {
  std::size_t groups = 0;
  report::UnitCounts counts;
  std::size_t unseen = 0;
  std::size_t judged = 0;  // looks at everything are not counted, because each lists what is alive
  for (const TestEntry& test : report.tests) {
    if (test.report.verdict == Verdict::kAlive) continue;
    ++judged;
    groups += report::Findings(test.report).size();
    counts.Add(test.report);
    unseen += test.report.could_not_look.empty() ? 0 : 1;
  }
  const std::string looks = report::Count(report.looks(), "check") + " (tests, suites and runs)";
  if (report.tests.empty() && report.looks() == 0) return "nothing was looked at\n";
  if (judged == 0 && !report.tests.empty()) return {};
  if (judged == 0) return fmt::format("no leaks in {}\n", looks);
  const std::string units = counts.Text();
  std::string text = fmt::format("{} in {} of {}{}{}\n", report::Count(groups, "leak"), judged,
                                 looks, units.empty() ? "" : ": ", units);
  if (unseen > 0) text += fmt::format("{} could not be made\n", report::Count(unseen, "check"));
  return text;
}

}  // namespace

std::string FormatText(const RunReport& report, const FormatOptions& options) {
  std::string result;
  for (const TestEntry& test : report.tests) {
    if (test.report.verdict == Verdict::kAlive && !test.report.test.empty())
      result += report::Printable(test.report.test) + ": ";
    result += test.report.ToText(options.verbose) + '\n';
  }
  for (const std::string& note : report.notes)
    result += report::Printable(fmt::format("note: {}\n", note));
  return result + report::StaleSuppressions(report.suppressions) + Summary(report);
}

}  // namespace taskleak::cli
