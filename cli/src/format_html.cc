// One self-contained file for browsers: cli/html/ with the report in it.
#include <map>
#include <string_view>
#include <vector>

#include "format.h"
#include "html_assets.h"
#include "report/source_snippet.h"
#include "report_writer.h"

namespace taskleak::cli {
namespace {

// Lines of source by "file:line".
using Snippets = std::map<std::string, std::vector<std::string>>;

void AddSnippets(const Stack& stack, Snippets* snippets) {
  for (const Frame& frame : stack) {
    if (frame.runtime || frame.file.empty() || frame.line <= 0) continue;
    const std::string key = frame.file + ':' + std::to_string(frame.line);
    if (!snippets->contains(key))
      snippets->emplace(key, report::SourceSnippet(frame.file, frame.line));
  }
}

Json DataOf(const RunReport& report) {
  Json tests = Json::array();
  Snippets snippets;
  for (const TestEntry& test : report.tests) {
    tests.push_back(test.json);
    for (const LeakGroup& group : test.report.groups) {
      AddSnippets(group.first().stack, &snippets);
      AddSnippets(group.first().created_by, &snippets);
    }
  }
  Json checked = Json::array();
  for (const report::CheckedScope& scope : report.checked)
    checked.push_back({{"test", scope.name}});
  return {{"looks", report.looks()},
          {"tests", std::move(tests)},
          {"checked", std::move(checked)},
          {"notes", report.notes},
          {"snippets", snippets}};
}

// No text in it can end the script element it stands in.
std::string InScript(const Json& data) {
  std::string text;
  for (const char c : Compact(data)) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

}  // namespace

std::string FormatHtml(const RunReport& report, const FormatOptions&) {
  std::string html;
  std::string_view rest = kHtmlPage;
  const auto add_until = [&html, &rest](std::string_view mark, std::string_view text) {
    const std::size_t at = rest.find(mark);
    html += rest.substr(0, at);
    html += text;
    rest.remove_prefix(at + mark.size());
  };
  add_until("@STYLE@", kHtmlStyle);
  add_until("@DATA@", InScript(DataOf(report)));
  add_until("@SCRIPT@", kHtmlScript);
  html += rest;
  return html;
}

}  // namespace taskleak::cli
