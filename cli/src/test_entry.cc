#include "test_entry.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace taskleak::cli {
namespace {

// Returns the objects of the list under `key`.
std::vector<const Json*> ObjectsAt(const Json& object, const char* key) {
  std::vector<const Json*> objects;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return objects;
  for (const Json& element : *found) {
    if (element.is_object()) objects.push_back(&element);
  }
  return objects;
}

Stack ReadStack(const Json& object, const char* key) {
  std::vector<Frame> frames;
  for (const Json* frame : ObjectsAt(object, key)) {
    Frame read;
    read.function = TextAt(*frame, "function");
    read.file = TextAt(*frame, "file");
    read.line = LineAt(*frame, "line");
    read.module = TextAt(*frame, "module");
    read.module_offset = NumberAt(*frame, "module_offset");
    read.address = read.module_offset;  // distinguishes frames without a name
    read.inlined = FlagAt(*frame, "inlined");
    read.guessed = FlagAt(*frame, "guessed");
    read.runtime = FlagAt(*frame, "runtime");
    frames.push_back(std::move(read));
  }
  return Stack(std::move(frames));
}

template <typename Enum>
Enum ReadName(const std::string& name, Enum last, Enum unknown) {
  for (int value = 0; value <= static_cast<int>(last); ++value) {
    if (ToString(static_cast<Enum>(value)) == name) return static_cast<Enum>(value);
  }
  return unknown;
}

WaitState ReadState(const Json& object) { return StateNamed(TextAt(object, "state")); }

std::chrono::milliseconds MillisecondsAt(const Json& object, const char* key) {
  constexpr std::size_t kMost = 1'000'000'000'000;  // thirty years
  return std::chrono::milliseconds(
      static_cast<std::chrono::milliseconds::rep>(std::min(NumberAt(object, key), kMost)));
}

// Reads "0x7ffe10". Returns 0 for any other text.
std::uintptr_t AddressAt(const Json& object, const char* key) {
  const std::string text = TextAt(object, key);
  std::uintptr_t address = 0;
  if (text.starts_with("0x"))
    std::from_chars(text.data() + 2, text.data() + text.size(), address, 16);
  return address;
}

std::optional<Holder> ReadHolder(const Json& unit) {
  const auto holder = unit.find("held_by");
  if (holder == unit.end() || !holder->is_object()) return std::nullopt;
  return Holder{static_cast<std::int64_t>(NumberAt(*holder, "id")),
                TextAt(*holder, "name"),
                FlagAt(*holder, "ended"),
                ReadState(*holder),
                Stack(),
                FlagAt(*holder, "queued")};
}

Unit ReadUnit(const Json& unit) {
  Unit read;
  read.id = static_cast<std::int64_t>(NumberAt(unit, "id"));
  read.parent = static_cast<std::int64_t>(NumberAt(unit, "parent"));
  read.name = TextAt(unit, "name");
  read.command = TextAt(unit, "command");
  read.state = ReadState(unit);
  read.detail = TextAt(unit, "detail");
  read.waits_at = AddressAt(unit, "waits_at");
  read.held_by = ReadHolder(unit);
  read.age = MillisecondsAt(unit, "age_ms");
  return read;
}

// Reads a thread and the holder of what it waits for.
Unit ReadEdge(const Json& edge) {
  Unit unit;
  unit.id = static_cast<std::int64_t>(NumberAt(edge, "waiter"));
  unit.name = TextAt(edge, "waiter_name");
  unit.state = ReadState(edge);
  unit.waits_at = AddressAt(edge, "waits_at");
  unit.stack = ReadStack(edge, "waiter_stack");
  unit.held_by = Holder{static_cast<std::int64_t>(NumberAt(edge, "holder")),
                        TextAt(edge, "holder_name"),
                        FlagAt(edge, "holder_ended"),
                        WaitState::kOther,
                        ReadStack(edge, "holder_stack"),
                        FlagAt(edge, "holder_queued")};
  return unit;
}

std::vector<Deadlock> ReadDeadlocks(const Json& test) {
  std::vector<Deadlock> deadlocks;
  for (const Json* json : ObjectsAt(test, "deadlocks")) {
    const std::string kind = TextAt(*json, "kind");
    Deadlock deadlock{kind == "self"          ? Deadlock::Kind::kSelf
                      : kind == "owner_ended" ? Deadlock::Kind::kOwnerEnded
                                              : Deadlock::Kind::kCycle,
                      {}};
    for (const Json* edge : ObjectsAt(*json, "edges")) deadlock.units.push_back(ReadEdge(*edge));
    for (Unit& unit : deadlock.units)
      unit.kind = TextAt(*json, "of") == "task" ? UnitKind::kTask : UnitKind::kThread;
    if (!deadlock.units.empty()) deadlocks.push_back(std::move(deadlock));
  }
  return deadlocks;
}

// The document lists units and their places in the same order.
void SetStacks(const Json& group, LeakGroup* read) {
  const Stack stack = ReadStack(group, "stack");
  const std::string missing = TextAt(group, "stack_missing");
  for (Unit& unit : read->units) {
    unit.stack = stack;
    unit.stack_missing = missing;
  }
  auto unit = read->units.begin();
  for (const Json* place : ObjectsAt(group, "places")) {
    const Stack at = ReadStack(*place, "stack");
    for (std::size_t left = NumberAt(*place, "count"); left > 0 && unit != read->units.end();
         --left, ++unit) {
      unit->stack = at;
    }
  }
}

}  // namespace

UnitKind KindNamed(const std::string& name) {
  return ReadName(name, UnitKind::kDescriptor, UnitKind::kThread);
}

WaitState StateNamed(const std::string& name) {
  return ReadName(name, WaitState::kLost, WaitState::kOther);
}

std::string TextAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::size_t NumberAt(const Json& object, const char* key, std::size_t absent) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::size_t>() : absent;
}

int LineAt(const Json& object, const char* key) {
  return static_cast<int>(
      std::min<std::size_t>(NumberAt(object, key), std::numeric_limits<int>::max()));
}

bool FlagAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

LeakGroup ReadGroup(const Json& group) {
  LeakGroup read;
  for (const Json* unit : ObjectsAt(group, "units")) read.units.push_back(ReadUnit(*unit));
  if (read.units.empty()) read.units.push_back(ReadUnit(group));
  const UnitKind kind = KindNamed(TextAt(group, "kind"));
  const Stack created_by = ReadStack(group, "created_by");
  const std::string origin = TextAt(group, "origin");
  for (Unit& unit : read.units) {
    unit.kind = kind;
    unit.created_by = created_by;
    unit.origin = origin;
  }
  SetStacks(group, &read);
  read.hint = TextAt(group, "hint");
  read.signature = TextAt(group, "signature");
  read.former_signature = TextAt(group, "former_signature");
  read.part_of = TextAt(group, "part_of");
  read.deadlock = FlagAt(group, "deadlock");
  if (const auto rules = group.find("ignore"); rules != group.end() && rules->is_array()) {
    for (const Json& rule : *rules) {
      if (rule.is_string()) read.ignore.push_back(rule.get<std::string>());
    }
  }
  return read;
}

bool IsLook(const Json& test) { return TextAt(test, "verdict") == ToString(Verdict::kAlive); }

TestEntry ReadTestEntry(Json test) {
  TestEntry entry;
  entry.report.test = TextAt(test, "test");
  entry.report.verdict = ReadName(TextAt(test, "verdict"), Verdict::kCouldNotLook, Verdict::kLeak);
  entry.report.hang = entry.report.verdict == Verdict::kHang;
  entry.report.phase = TextAt(test, "phase");
  entry.report.everything = entry.report.verdict == Verdict::kAlive;
  entry.report.waited = MillisecondsAt(test, "waited_ms");
  entry.report.standstill =
      ReadName(TextAt(test, "standstill"), Standstill::kDeadlock, Standstill::kNone);
  entry.report.could_not_look = TextAt(test, "could_not_look");
  for (const Json* group : ObjectsAt(test, "groups"))
    entry.report.groups.push_back(ReadGroup(*group));
  entry.report.deadlocks = ReadDeadlocks(test);
  entry.json = std::move(test);
  return entry;
}

}  // namespace taskleak::cli
