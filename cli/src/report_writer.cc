#include "report_writer.h"

#include <fmt/format.h>

#include <iterator>

#include "test_entry.h"

namespace taskleak::cli {
namespace {

void AddElement(std::string_view element, std::string* list) {
  *list += list->empty() ? "\n  " : ",\n  ";
  *list += element;
}

}  // namespace

std::string Compact(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void ReportWriter::AddTest(const Json& test) {
  std::size_t units = 0;
  const Json& groups = test["groups"];
  for (const Json& group : groups) units += NumberAt(group, "count");
  AddTest(Compact(test), groups.size(), units);
}

void ReportWriter::AddTest(std::string_view text, std::size_t groups, std::size_t units) {
  AddElement(text, &tests_);
  ++leaking_;
  groups_ += groups;
  units_ += units;
}

void ReportWriter::AddChecked(const report::CheckedScope& scope) {
  looks_ += scope.times;
  AddElement("{\"test\":", &checked_);
  checked_ += Compact(scope.name);
  fmt::format_to(std::back_inserter(checked_), ",\"ended_ms\":{},\"times\":{}}}",
                 scope.ended.count(), scope.times);
}

void ReportWriter::AddSuppression(const check::SuppressionCount& use) {
  AddElement(Compact({{"file", use.path},
                      {"line", use.line},
                      {"rule", use.text},
                      {"used", use.used},
                      {"expired", use.expired}}),
             &suppressions_);
}

void ReportWriter::AddNote(const std::string& note) { AddElement(Compact(note), &notes_); }

std::string ReportWriter::Finish() && {
  std::string text = fmt::format(
      "{{\"taskleak\":\"{}\",\"schema\":1,\n"
      " \"summary\":{{\"tests\":{},\"leaking_tests\":{},\"groups\":{},\"leaks\":{}}},\n",
      TASKLEAK_VERSION, looks_, leaking_, groups_, units_);
  const auto add_list = [&text](std::string_view key, std::string* list, std::string_view end) {
    text += fmt::format(" \"{}\":[", key);
    text += *list;
    text += end;
    std::string().swap(*list);
  };
  add_list("tests", &tests_, "],\n");
  add_list("checked", &checked_, "],\n");
  add_list("suppressions", &suppressions_, "],\n");
  add_list("notes", &notes_, "]}\n");
  return text;
}

}  // namespace taskleak::cli
