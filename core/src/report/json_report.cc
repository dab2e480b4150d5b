#include "report/json_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "report/wording.h"

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

// As text: a number in JSON may lose its last digits.
std::string AddressText(std::uintptr_t address) {
  return address == 0 ? std::string() : fmt::format("{:#x}", address);
}

Json HolderJson(const std::optional<Holder>& holder) {
  if (!holder) return nullptr;
  return {{"id", holder->id},
          {"name", holder->name},
          {"ended", holder->ended},
          {"state", holder->ended ? "" : ToString(holder->state)}};
}

Json UnitJson(const Unit& unit) {
  Json json = {{"id", unit.id},
               {"name", unit.name},
               {"state", ToString(unit.state)},
               {"detail", unit.detail},
               {"waits_at", AddressText(unit.waits_at)},
               {"held_by", HolderJson(unit.held_by)},
               {"age_ms", unit.age.count()}};
  if (unit.kind == UnitKind::kTask) json["parent"] = unit.parent;
  return json;
}

std::string_view KindOf(const Deadlock& deadlock) {
  switch (deadlock.kind) {
    case Deadlock::Kind::kCycle:
      return "cycle";
    case Deadlock::Kind::kSelf:
      return "self";
    case Deadlock::Kind::kOwnerEnded:
      return "owner_ended";
  }
  return "cycle";
}

// One edge for each thread, from it to who holds what it waits for.
Json DeadlockJson(const Deadlock& deadlock) {
  Json edges = Json::array();
  for (const Unit& unit : deadlock.units) {
    edges.push_back({{"waiter", unit.id},
                     {"waiter_name", unit.name},
                     {"state", ToString(unit.state)},
                     {"waits_at", AddressText(unit.waits_at)},
                     {"holder", unit.held_by->id},
                     {"holder_name", unit.held_by->name},
                     {"holder_ended", unit.held_by->ended},
                     {"waiter_stack", FramesJson(unit.stack)},
                     {"holder_stack", FramesJson(unit.held_by->stack)}});
  }
  Json json = {{"kind", KindOf(deadlock)}, {"edges", std::move(edges)}};
  if (deadlock.units.front().kind == UnitKind::kTask) json["of"] = "task";
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

std::string_view Verdict(const LeakReport& report) {
  if (!report.could_not_look.empty()) return "could_not_look";
  if (report.everything) return "alive";
  return report.hang ? "hang" : "leak";
}

Json TestJson(const LeakReport& report) {
  Json groups = Json::array();
  for (const LeakGroup& group : report.groups) groups.push_back(GroupJson(group));
  Json deadlocks = Json::array();
  for (const Deadlock& deadlock : report.deadlocks) deadlocks.push_back(DeadlockJson(deadlock));
  return {{"test", report.test},
          {"verdict", Verdict(report)},
          {"phase", report.phase},
          {"waited_ms", report.waited.count()},
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

std::string_view ToString(UnitKind kind) {
  switch (kind) {
    case UnitKind::kThread:
      return "thread";
    case UnitKind::kUnjoinedThread:
      return "unjoined_thread";
    case UnitKind::kTask:
      return "task";
  }
  return "thread";
}

std::string_view ToString(WaitState state) {
  switch (state) {
    case WaitState::kMutex:
      return "mutex";
    case WaitState::kRwlock:
      return "rwlock";
    case WaitState::kCondvar:
      return "condvar";
    case WaitState::kJoin:
      return "join";
    case WaitState::kSemaphore:
      return "semaphore";
    case WaitState::kFuture:
      return "future";
    case WaitState::kAtomicWait:
      return "atomic_wait";
    case WaitState::kFutex:
      return "futex";
    case WaitState::kSleep:
      return "sleep";
    case WaitState::kPoll:
      return "poll";
    case WaitState::kEpoll:
      return "epoll";
    case WaitState::kSelect:
      return "select";
    case WaitState::kRead:
      return "read";
    case WaitState::kWrite:
      return "write";
    case WaitState::kAccept:
      return "accept";
    case WaitState::kConnect:
      return "connect";
    case WaitState::kRecv:
      return "recv";
    case WaitState::kSend:
      return "send";
    case WaitState::kWaitChild:
      return "wait_child";
    case WaitState::kSignalWait:
      return "signal_wait";
    case WaitState::kRunning:
      return "running";
    case WaitState::kOther:
      return "other";
    case WaitState::kSuspended:
      return "suspended";
    case WaitState::kChannel:
      return "channel";
    case WaitState::kQueued:
      return "queued";
  }
  return "other";
}

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
    if (report.empty() && !report.hang && !report.everything) continue;
    tests.push_back(TestJson(report));
    if (report.everything) continue;
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
