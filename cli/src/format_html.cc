// One self-contained file for browsers: a page of pages/ that contains the report.
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "format.h"
#include "page_data.h"
#include "page_document.h"
#include "report/source_snippet.h"
#include "report/wording.h"
#include "test_entry.h"

namespace taskleak::cli {
namespace {

using pages::PageData;

// The status of leaks against the baseline, by test and signature: "new" or "grew". Known leaks
// have no entry.
using Statuses = std::map<LeakKey, std::string>;

Baseline::Comparison Compare(const RunReport& report, const Baseline& baseline) {
  LeakTable leaks;
  std::size_t document = 0;
  for (const TestEntry& test : report.tests) {
    if (std::exchange(document, test.document) != test.document) leaks.OnDocument();
    leaks.OnTest(test.json);
  }
  for (const report::CheckedScope& scope : report.checked) leaks.OnChecked(scope);
  return baseline.Compare(leaks, rules::Today());
}

Statuses StatusesOf(const Baseline::Comparison& comparison) {
  Statuses statuses;
  for (const Baseline::Comparison::Finding& finding : comparison.worse)
    statuses[finding.key] = finding.allowed == 0 ? "new" : "grew";
  return statuses;
}

Json BaselineJson(const Baseline::Comparison& comparison, const std::string& path) {
  std::size_t fresh = 0;
  for (const Baseline::Comparison::Finding& finding : comparison.worse)
    fresh += finding.allowed == 0 ? 1 : 0;
  return {{"file", path},
          {"fresh", fresh},
          {"grew", comparison.worse.size() - fresh},
          {"known", comparison.known + comparison.moved.size()},
          {"gone", comparison.gone.size()}};
}

// Returns lines of source by the number of the frame there.
Json SnippetsOf(const PageData& page) {
  Json snippets = Json::object();
  for (std::size_t i = 0; i < page.all().size(); ++i) {
    const Frame& frame = *page.all()[i];
    if (frame.runtime || frame.file.empty() || frame.line <= 0) continue;
    const std::vector<std::string> lines = report::SourceSnippet(frame.file, frame.line);
    if (!lines.empty()) snippets[std::to_string(i)] = lines;
  }
  return snippets;
}

Json TestJson(const TestEntry& test, PageData& page) {
  Json deadlocks = Json::array();
  for (const Deadlock& deadlock : test.report.deadlocks)
    deadlocks.push_back(page.DeadlockRow(deadlock));
  return {{"test", test.report.test},
          {"verdict", TextAt(test.json, "verdict")},
          {"phase", test.report.phase},
          {"could_not_look", test.report.could_not_look},
          {"deadlocks", std::move(deadlocks)}};
}

Json CheckedJson(const RunReport& report) {
  Json checked = Json::array();
  for (const report::CheckedScope& scope : report.checked)
    checked.push_back({{"test", scope.name}, {"ended_ms", scope.ended.count()}});
  return checked;
}

Json DataOf(const RunReport& report, const FormatOptions& options) {
  PageData page;
  Json tests = Json::array();
  Json rows = Json::array();
  const auto comparison =
      options.baseline ? std::optional(Compare(report, options.baseline->known)) : std::nullopt;
  const Statuses statuses = comparison ? StatusesOf(*comparison) : Statuses();
  for (const TestEntry& test : report.tests) {
    for (std::size_t i = 0; i < test.report.groups.size(); ++i) {
      const LeakGroup& group = test.report.groups[i];
      Json row = page.Row(group, report::Places(group));
      row["test"] = tests.size();
      row["seen"] = NumberAt(test.json["groups"][i], "seen", 1);
      if (comparison && !IsLook(test.json)) {
        const auto status = statuses.find({group.signature, test.report.test});
        row["status"] = status == statuses.end() ? "known" : status->second;
      }
      rows.push_back(std::move(row));
    }
    tests.push_back(TestJson(test, page));
  }
  Json data = {{"looks", report.looks()}, {"tests", std::move(tests)},
               {"rows", std::move(rows)}, {"checked", CheckedJson(report)},
               {"notes", report.notes},   {"frames", page.frames()},
               {"stacks", page.stacks()}, {"snippets", SnippetsOf(page)}};
  if (comparison) data["baseline"] = BaselineJson(*comparison, options.baseline->path);
  return data;
}

}  // namespace

std::string FormatHtml(const RunReport& report, const FormatOptions& options) {
  return pages::PageDocument({pages::PageKind::kReport, "taskleak report", {}},
                             DataOf(report, options));
}

}  // namespace taskleak::cli
