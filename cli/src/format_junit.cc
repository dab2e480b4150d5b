// JUnit XML for GitLab and Jenkins. The body of the failure contains the whole report.
#include <fmt/format.h>

#include <map>
#include <set>

#include "format.h"
#include "group_summary.h"
#include "report/wording.h"
#include "xml.h"

namespace taskleak::cli {
namespace {

struct Name {
  std::string suite;
  std::string test;
};

// Splits "Suite.Test", which is a name of GoogleTest's form. Any other name is that of a test
// without a suite.
Name Split(const std::string& name) {
  const std::size_t dot = name.find('.');
  const bool plain = name.find(' ') == std::string::npos;
  if (dot == std::string::npos || dot == 0 || dot + 1 == name.size() || !plain)
    return {"taskleak", name.empty() ? "(no name)" : name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

std::string Message(const LeakReport& report) {
  if (!report.could_not_look.empty()) return "could not look: " + report.could_not_look;
  std::string message = report.verdict == Verdict::kHang
                            ? "hangs"
                            : report::Count(report::Findings(report).size(), "leak");
  const char* separator = ": ";
  for (const LeakGroup& group : report.groups) {
    message += separator + Title(group);
    separator = "; ";
  }
  return message;
}

std::string OpenCase(const std::string& test, const std::string& more) {
  const Name name = Split(test);
  return fmt::format(R"(    <testcase classname="{}" name="{}"{})", EscapeXml(name.suite),
                     EscapeXml(name.test), more);
}

// Returns the place of a failure: that of its first group.
std::string Place(const LeakReport& report, const std::string& root) {
  if (report.groups.empty()) return {};
  const SourceLine place = BlamedLine(report.groups.front(), root);
  if (place.file.empty()) return {};
  return fmt::format(R"( file="{}" line="{}")", EscapeXml(place.file), place.line);
}

void AddFailing(const LeakReport& report, const FormatOptions& options, std::string* xml) {
  const std::string_view element = report.could_not_look.empty() ? "failure" : "error";
  *xml +=
      OpenCase(report.test, Place(report, options.root)) +
      fmt::format(">\n      <{} type=\"{}\" message=\"{}\">{}</{}>\n    </testcase>\n", element,
                  report.verdict == Verdict::kHang ? "hang" : "leak", EscapeXml(Message(report)),
                  EscapeXml(report.ToText(options.verbose)), element);
}

// Adds a look at everything, which has no judgement.
void AddLook(const LeakReport& report, const FormatOptions& options, std::string* xml) {
  *xml += OpenCase(report.test, "") +
          fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n",
                      EscapeXml(report.ToText(options.verbose)));
}

}  // namespace

std::string FormatJunit(const RunReport& report, const FormatOptions& options) {
  std::set<std::string> told;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::string cases;
  std::size_t passed = 0;
  for (const TestEntry& test : report.tests) {
    told.insert(test.report.test);
    if (test.report.verdict == Verdict::kAlive) {
      AddLook(test.report, options, &cases);
      ++passed;
      continue;
    }
    ++(test.report.could_not_look.empty() ? failures : errors);
    AddFailing(test.report, options, &cases);
  }
  for (const report::CheckedScope& scope : report.checked) {
    if (told.contains(scope.name)) continue;
    cases += OpenCase(scope.name, "/>\n");
    ++passed;
  }
  const std::string counts = fmt::format(R"(tests="{}" failures="{}" errors="{}")",
                                         passed + failures + errors, failures, errors);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"taskleak\" {0}>\n"
      "  <testsuite name=\"taskleak\" {0}>\n{1}  </testsuite>\n</testsuites>\n",
      counts, cases);
}

}  // namespace taskleak::cli
