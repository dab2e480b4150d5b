#include "rules/declared_threads.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "linux/modules/notes.h"
#include "rules/pattern.h"
#include "symbolize/symbolizer.h"

namespace taskleak::rules {
namespace {

// The types of notes that taskleak/background_thread.h makes.
constexpr std::uint32_t kFunction = 1;
constexpr std::uint32_t kThreadName = 2;

std::optional<Pattern> PatternOf(const platform::TextNote& note) {
  try {
    return Pattern(note.text);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

bool HasFunction(const Candidate& thread, std::string_view module, const Pattern& pattern) {
  return std::ranges::any_of(thread.look.stack.frames, [&](const platform::RawFrame& frame) {
    const symbolize::QuickFrame& quick = symbolize::Quick(frame);
    return quick.module == module && pattern.Matches(quick.plain_name);
  });
}

// Returns the module of the outermost frame that is not the runtime's. In contrast to rules for
// modules, std::thread's code in the program does not count: all modules may share one copy of it.
std::string_view StartsIn(const Candidate& thread) {
  const auto& frames = thread.look.stack.frames;
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    const symbolize::QuickFrame& quick = symbolize::Quick(*frame);
    if (!quick.runtime && !quick.system_module) return quick.module;
  }
  return {};
}

bool Declares(const platform::TextNote& note, const Candidate& thread) {
  const std::optional<Pattern> pattern = PatternOf(note);
  if (!pattern) return false;
  if (note.type == kFunction) return HasFunction(thread, note.module, *pattern);
  return note.type == kThreadName && pattern->Matches(thread.name) &&
         StartsIn(thread) == note.module;
}

}  // namespace

bool IsDeclared(const Candidate& thread) {
  const std::vector<platform::TextNote> notes = platform::ReadNotes("taskleak");
  return std::ranges::any_of(
      notes, [&thread](const platform::TextNote& note) { return Declares(note, thread); });
}

}  // namespace taskleak::rules
