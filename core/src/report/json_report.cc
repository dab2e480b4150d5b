#include "report/json_report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>
#include <string_view>

#include "report/wording.h"
#include "taskleak/internal/report_json.h"

namespace taskleak {
namespace {

using Json = nlohmann::ordered_json;

Json FramesJson(const Stack& stack) {
  Json result = Json::array();
  for (const Frame& frame : stack) {
    result.push_back({{"function", frame.function},
                      {"file", frame.file},
                      {"line", frame.line},
                      {"module", frame.module},
                      {"module_offset", frame.module_offset},
                      {"inlined", frame.inlined},
                      {"guessed", frame.guessed},
                      {"runtime", frame.runtime}});
  }
  return result;
}

Json UnitJson(const Unit& unit) {
  Json json = {{"id", unit.id},
               {"name", unit.name},
               {"state", ToString(unit.state)},
               {"detail", unit.detail},
               {"waits_at", internal::AddressText(unit.waits_at)},
               {"held_by", internal::HolderJson<Json>(unit.held_by)},
               {"age_ms", unit.age.count()}};
  if (unit.kind == UnitKind::kTask) json["parent"] = unit.parent;
  if (unit.kind == UnitKind::kProcess) json["command"] = unit.command;
  return json;
}

Json PlacesJson(const LeakGroup& group) {
  Json result = Json::array();
  for (const std::span<const Unit> units : report::Places(group)) {
    const Unit& first = units.front();
    result.push_back({{"count", units.size()},
                      {"state", ToString(first.state)},
                      {"detail", first.detail},
                      {"stack", FramesJson(first.stack)}});
  }
  return result;
}

Json GroupJson(const LeakGroup& group) {
  const Unit& first = group.first();
  Json units = Json::array();
  for (const Unit& unit : group.units) units.push_back(UnitJson(unit));
  return {{"kind", ToString(first.kind)},
          {"count", group.units.size()},
          {"signature", group.signature},
          {"former_signature", group.former_signature},
          {"part_of", group.part_of},
          {"state", ToString(first.state)},
          {"detail", first.detail},
          {"origin", first.origin},
          {"deadlock", group.deadlock},
          {"hint", group.hint},
          {"units", std::move(units)},
          {"stack", FramesJson(first.stack)},
          {"stack_missing", first.stack_missing},
          {"places", PlacesJson(group)},
          {"created_by", FramesJson(first.created_by)},
          {"ignore", group.ignore}};
}

Json TestJson(const LeakReport& report) {
  Json groups = Json::array();
  for (const LeakGroup& group : report.groups) groups.push_back(GroupJson(group));
  Json deadlocks = Json::array();
  for (const Deadlock& deadlock : report.deadlocks)
    deadlocks.push_back(internal::DeadlockJson<Json>(deadlock, FramesJson));
  return {{"test", report.test},
          {"verdict", ToString(report.verdict)},
          {"phase", report.phase},
          {"waited_ms", report.waited.count()},
          {"standstill", ToString(report.standstill)},
          {"could_not_look", report.could_not_look},
          {"groups", std::move(groups)},
          {"deadlocks", std::move(deadlocks)}};
}

Json CheckedJson(const std::vector<report::CheckedScope>& checked) {
  Json result = Json::array();
  for (const report::CheckedScope& scope : checked) {
    result.push_back(
        {{"test", scope.name}, {"ended_ms", scope.ended.count()}, {"times", scope.times}});
  }
  return result;
}

Json SuppressionsJson(const std::vector<rules::SuppressionCount>& suppressions) {
  Json result = Json::array();
  for (const rules::SuppressionCount& each : suppressions) {
    result.push_back({{"file", each.path},
                      {"line", each.line},
                      {"rule", each.text},
                      {"used", each.used},
                      {"expired", each.expired}});
  }
  return result;
}

std::size_t Looks(const std::vector<report::CheckedScope>& checked) {
  std::size_t looks = 0;
  for (const report::CheckedScope& scope : checked) looks += scope.times;
  return looks;
}

}  // namespace

std::string report::JsonDocument(const std::vector<LeakReport>& reports,
                                 const std::vector<CheckedScope>& checked,
                                 const std::vector<rules::SuppressionCount>& suppressions) {
  Json tests = Json::array();
  std::vector<std::string> notes;
  std::size_t leaking = 0;
  std::size_t groups = 0;
  std::size_t leaks = 0;
  for (const LeakReport& report : reports) {
    for (const std::string& note : report.notes) {
      if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
    }
    if (report.verdict == Verdict::kClean) continue;
    tests.push_back(TestJson(report));
    if (report.verdict == Verdict::kAlive) continue;
    ++leaking;
    groups += report.groups.size();
    leaks += report.unit_count();
  }
  const Json document = {{"taskleak", TASKLEAK_VERSION},
                         {"schema", 1},
                         {"summary",
                          {{"tests", Looks(checked)},
                           {"leaking_tests", leaking},
                           {"groups", groups},
                           {"leaks", leaks}}},
                         {"tests", std::move(tests)},
                         {"checked", CheckedJson(checked)},
                         {"suppressions", SuppressionsJson(suppressions)},
                         {"notes", notes}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string LeakReport::ToJson() const {
  return report::JsonDocument({*this}, {{.name = test, .ended = waited}});
}

}  // namespace taskleak
