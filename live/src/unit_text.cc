#include "unit_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>

#include "places.h"
#include "wording.h"

namespace taskleak::live {
namespace {

// Returns "4 minutes" in Go's form, or an empty text below one minute.
std::string Since(const Unit& unit) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(unit.age).count();
  return minutes < 1 ? std::string() : ", " + Count(static_cast<std::size_t>(minutes), "minute");
}

}  // namespace

std::string UnitText(const Unit& unit) {
  std::string text = fmt::format("{} {}", Noun(unit.kind), unit.id);
  if (!unit.name.empty()) text += fmt::format(" \"{}\"", OneLine(unit.name));
  text += fmt::format(" [{}{}]:\n",
                      unit.kind == UnitKind::kUnjoinedThread ? "ended" : ToString(unit.state),
                      Since(unit));
  if (!unit.detail.empty()) text += fmt::format("# {}\n", OneLine(unit.detail));
  if (unit.held_by)
    text += fmt::format("# held by {} \"{}\"\n", unit.held_by->id, OneLine(unit.held_by->name));
  for (const Frame& frame : unit.stack)
    text += fmt::format("{}\n\t{}\n", FunctionText(frame), LineText(frame));
  if (!unit.stack_missing.empty())
    text += fmt::format("# stack incomplete: {}\n", OneLine(unit.stack_missing));
  if (const Frame* const creator = FirstOwn(unit.created_by))
    text += fmt::format("created by {}\n\t{}\n", FunctionText(*creator), LineText(*creator));
  return text + '\n';
}

}  // namespace taskleak::live
