#include "corpus/findings.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "support/run_program.h"
#include "symbolize/function_name.h"

namespace taskleak {
namespace {

using nlohmann::json;

std::vector<std::string> PlainNames(const json& stack) {
  std::vector<std::string> names;
  for (const json& frame : stack)
    names.push_back(symbolize::PlainName(frame.at("function").get<std::string>()));
  return names;
}

/// "pool::Run" stands for "mine::pool::Run".
bool Means(const std::string& expected, const std::string& name) {
  return name == expected || name.ends_with("::" + expected);
}

std::string StateOf(const std::string& kind, const std::string& state) {
  if (kind == "thread") return state;
  return kind == "task" ? "task " + state : kind;
}

void AddUnits(const json& group, Findings* findings) {
  auto unit = group.at("units").begin();
  for (const json& place : group.at("places")) {
    Reported reported;
    reported.stay.state = StateOf(group.at("kind"), place.at("state"));
    reported.stay.functions = PlainNames(place.at("stack"));
    reported.origin = group.at("origin");
    reported.created_by = PlainNames(group.at("created_by"));
    for (int i = 0; i < place.at("count").get<int>(); ++i) {
      reported.has_holder = !(unit++)->at("held_by").is_null();
      findings->units.push_back(reported);
    }
  }
}

}  // namespace

std::vector<Bug> ReadTable(const std::string& path) {
  std::vector<Bug> bugs;
  for (const json& line : json::parse(ReadFile(path))) {
    Bug bug{line.at("name"),
            line.at("category"),
            line.at("body") == "blocks",
            {},
            line.at("deadlock"),
            line.value("with_lock_hooks", "")};
    for (const json& stay : line.at("stay")) {
      const auto texts = stay.get<std::vector<std::string>>();
      bug.stay.push_back({texts.at(0), {texts.begin() + 1, texts.end()}});
    }
    bugs.push_back(std::move(bug));
  }
  return bugs;
}

Findings ReadFindings(const std::string& path) {
  const json report = json::parse(ReadFile(path));
  Findings findings;
  findings.notes = report.at("notes").dump();
  if (report.at("tests").empty()) return findings;
  const json& test = report.at("tests").at(0);
  if (report.at("tests").size() != 1) throw std::runtime_error("several tests leak");
  findings.verdict = test.at("verdict");
  for (const json& group : test.at("groups")) AddUnits(group, &findings);
  for (const json& deadlock : test.at("deadlocks")) {
    findings.deadlocks.push_back(deadlock.at("kind").get<std::string>() + " of " +
                                 std::to_string(deadlock.at("edges").size()));
  }
  return findings;
}

bool Matches(const Stay& expected, const Stay& reported) {
  if (expected.state != reported.state) return false;
  auto frame = reported.functions.begin();
  for (const std::string& function : expected.functions) {
    frame = std::find_if(frame, reported.functions.end(),
                         [&function](const std::string& name) { return Means(function, name); });
    if (frame == reported.functions.end()) return false;
    ++frame;
  }
  return true;
}

void PrintTo(const Stay& stay, std::ostream* out) {
  *out << stay.state << ':';
  for (const std::string& function : stay.functions) *out << "\n    " << function;
}

}  // namespace taskleak
