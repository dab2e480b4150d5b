// The common words of all forms of output.
#ifndef TASKLEAK_LIVE_SRC_WORDING_H_
#define TASKLEAK_LIVE_SRC_WORDING_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "places.h"
#include "taskleak/internal/words.h"
#include "taskleak/leak.h"
#include "taskleak/live/diff.h"

namespace taskleak::live {

using internal::Count;
using internal::Noun;

/// Returns the change of a group: "appeared", "grew", "shrank", "vanished".
std::string_view ChangeWord(Diff::Kind kind);

/// Returns `8 threads "worker-1" and 7 more names`: `count` of the kind of `units`, with the names
/// of `units`.
std::string CountText(std::size_t count, Place units);

/// Returns `"worker-1"`. If there are several names, returns the first and the number of others.
/// Empty if they have no names.
std::string Names(Place units);

/// Returns "3 to 250 s old", or one number if all have the same age.
std::string Ages(Place units);

/// Returns the function or, if it is not known, module and offset.
std::string FunctionText(const Frame& frame);

/// Returns "src/pool.cc:63", or the module if the line is not known. May be empty.
std::string LineText(const Frame& frame);

/// Adds a line with the function and the line of code to `text`: of one frame, or of each of them.
void AddFrame(const Frame& frame, std::string& text);
void AddFrames(const Stack& stack, std::string& text);

/// Returns `text` with '?' for bytes that would end a line or move a cursor, or that are not UTF-8.
std::string OneLine(std::string_view text);

/// Prints the error to standard error; nothing if it is empty.
void Say(const std::string& error);

/// Returns for example "2026-01-31T12:00:00.250Z".
std::string TimeText(std::chrono::system_clock::time_point time);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_WORDING_H_
