#include "report_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace taskleak::cli {
namespace {

constexpr std::array<std::string_view, 4> kLists = {"tests", "checked", "suppressions", "notes"};

enum List : std::size_t { kTests, kChecked, kSuppressions, kNotes };

// Appends the name as a JSON string. There are millions of names, and nearly all have only plain
// characters.
void AppendQuoted(std::string_view name, std::string* text) {
  const auto plain = [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; };
  if (std::all_of(name.begin(), name.end(), plain)) {
    text->append(1, '"').append(name).append(1, '"');
  } else {
    *text += Compact(name);
  }
}

}  // namespace

std::string Compact(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ReportWriter::ReportWriter(TextSink out, const ReportSummary& summary) : out_(std::move(out)) {
  out_(
      fmt::format("{{\"taskleak\":\"{}\",\"schema\":1,\n"
                  " \"summary\":{{\"tests\":{},\"leaking_tests\":{},\"groups\":{},\"leaks\":{}}},\n"
                  " \"{}\":[",
                  TASKLEAK_VERSION, summary.looks, summary.leaking_tests, summary.groups,
                  summary.units, kLists[kTests]));
}

void ReportWriter::EndList() {
  ++list_;
  elements_ = 0;
  out_(list_ == kLists.size() ? "]}\n" : fmt::format("],\n \"{}\":[", kLists[list_]));
}

void ReportWriter::Add(std::size_t list, std::string_view element) {
  while (list_ < list) EndList();
  out_(elements_++ == 0 ? "\n  " : ",\n  ");
  out_(element);
}

void ReportWriter::AddChecked(std::string_view name, std::chrono::milliseconds ended,
                              std::size_t times) {
  std::string element = "{\"test\":";
  AppendQuoted(name, &element);
  element += ",\"ended_ms\":" + std::to_string(ended.count()) +
             ",\"times\":" + std::to_string(times) + '}';
  Add(kChecked, element);
}

void ReportWriter::AddSuppression(const rules::SuppressionCount& use) {
  Add(kSuppressions, Compact({{"file", use.path},
                              {"line", use.line},
                              {"rule", use.text},
                              {"used", use.used},
                              {"expired", use.expired}}));
}

void ReportWriter::AddNote(const std::string& note) { Add(kNotes, Compact(note)); }

void ReportWriter::Finish() {
  while (list_ < kLists.size()) EndList();
}

}  // namespace taskleak::cli
