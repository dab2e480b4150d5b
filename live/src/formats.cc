#include "taskleak/live/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "places.h"
#include "unit_text.h"
#include "wording.h"

namespace taskleak::live {
namespace {

void AddAddressedFrames(const Stack& stack, std::string& text) {
  for (const Frame& frame : stack) {
    text += fmt::format("#\t{:#x}\t{}\t{}{}\n", frame.address, FunctionText(frame), LineText(frame),
                        frame.guessed ? "\t(guessed)" : "");
  }
}

// 8 threads "pool-worker", condvar: 0x5610 held by thread 4130, 3 to 250 s old
std::string Summary(Place units) {
  const Unit& first = units.front();
  std::string text = CountText(units.size(), units);
  if (first.kind != UnitKind::kUnjoinedThread) text += fmt::format(", {}", ToString(first.state));
  const bool same =
      std::ranges::all_of(units, [&first](const Unit& u) { return u.detail == first.detail; });
  if (same && !first.detail.empty()) text += ": " + OneLine(first.detail);
  if (!first.origin.empty()) text += ", from " + OneLine(first.origin);
  return text + ", " + Ages(units);
}

// Returns the first line of pprof's text form: the count and the addresses of the stack. An address
// that inlined functions share is written once.
std::string CountLine(Place units) {
  std::string text = fmt::format("{} @", units.size());
  const Stack& stack = units.front().stack;
  for (const Frame& frame : stack) {
    if (!frame.inlined) text += fmt::format(" {:#x}", frame.address);
  }
  if (stack.empty()) text += " 0x0";
  return text + '\n';
}

void AddNotes(const LeakReport& report, std::string_view prefix, std::string& text) {
  if (!report.could_not_look.empty())
    text += fmt::format("{}could not look: {}\n", prefix, OneLine(report.could_not_look));
  for (const std::string& note : report.notes)
    text += fmt::format("{}note: {}\n", prefix, OneLine(note));
}

}  // namespace

std::string ToStackText(const Capture& capture) {
  std::string text = fmt::format("tasks profile: total {}\n", capture.report.unit_count());
  text += fmt::format("# capture {} at {}, took {} ms\n", capture.id, TimeText(capture.time),
                      capture.took.count());
  AddNotes(capture.report, "# ", text);
  for (const Place units : PlacesOf(capture.report)) {
    text += CountLine(units);
    text += fmt::format("# {}\n", Summary(units));
    AddAddressedFrames(units.front().stack, text);
    if (!units.front().stack_missing.empty())
      text += fmt::format("# stack incomplete: {}\n", OneLine(units.front().stack_missing));
    if (!units.front().created_by.empty()) text += "# created by\n";
    AddAddressedFrames(units.front().created_by, text);
    text += '\n';
  }
  return text;
}

std::string ToUnitText(const Capture& capture) {
  std::string text;
  AddNotes(capture.report, "# ", text);
  for (const LeakGroup& group : capture.report.groups) {
    for (const Unit& unit : group.units) text += UnitText(unit);
  }
  return text;
}

std::string ToFolded(const Capture& capture) {
  std::map<std::string, std::size_t> counts;
  for (const LeakGroup& group : capture.report.groups) {
    for (const Unit& unit : group.units) {
      std::string line = unit.name.empty() ? "(no name)" : OneLine(unit.name);
      std::ranges::replace(line, ';', ':');
      for (std::size_t i = unit.stack.size(); i > 0; --i) {
        std::string function = FunctionText(unit.stack[i - 1]);
        std::ranges::replace(function, ';', ':');
        line += ';' + function;
      }
      ++counts[line];
    }
  }
  std::string text;
  for (const auto& [stack, count] : counts) text += fmt::format("{} {}\n", stack, count);
  return text;
}

std::string ToJson(const Capture& capture) { return capture.report.ToJson(); }

}  // namespace taskleak::live
