// Annotations of GitHub Actions: workflow commands on the standard output of a step
// (docs.github.com, "Workflow commands for GitHub Actions").
#include <fmt/format.h>

#include <algorithm>

#include "distinct_leaks.h"
#include "format.h"
#include "group_summary.h"
#include "report/wording.h"

namespace taskleak::cli {
namespace {

// The number of errors that GitHub shows for one step.
constexpr std::size_t kMost = 10;

std::string EscapeData(const std::string& text) {
  std::string result;
  for (const char c : report::Printable(text)) {
    if (c == '%')
      result += "%25";
    else if (c == '\n')
      result += "%0A";
    else
      result += c;
  }
  return result;
}

std::string EscapeProperty(const std::string& text) {
  std::string result;
  for (const char c : EscapeData(text)) {
    if (c == ':')
      result += "%3A";
    else if (c == ',')
      result += "%2C";
    else
      result += c;
  }
  return result;
}

std::string Annotation(const DistinctLeak& leak, const std::string& root) {
  const SourceLine place = BlamedLine(leak.first(), root);
  std::string properties;
  if (!place.file.empty())
    properties = fmt::format("file={},line={},", EscapeProperty(place.file), place.line);
  return fmt::format(
      "::error {}title={}::{}\n", properties,
      EscapeProperty(fmt::format("{} left by {}", Title(leak.first()), leak.TestsText())),
      EscapeData(GroupText(*leak.report, leak.group)));
}

}  // namespace

std::string FormatGithub(const RunReport& report, const FormatOptions& options) {
  std::vector<std::string> lines;
  for (const TestEntry& test : report.tests) {
    if (test.report.could_not_look.empty()) continue;
    lines.push_back(fmt::format("::error title=taskleak could not look::{}\n",
                                EscapeData(test.report.ToText())));
  }
  for (const DistinctLeak& leak : FindDistinctLeaks(report))
    lines.push_back(Annotation(leak, options.root));
  const std::size_t shown = lines.size() <= kMost ? lines.size() : kMost - 1;
  std::string result;
  for (std::size_t i = 0; i < shown; ++i) result += lines[i];
  if (shown < lines.size()) {
    result += fmt::format("::error title=taskleak::and {} more; the report has them all\n",
                          lines.size() - shown);
  }
  return result;
}

}  // namespace taskleak::cli
