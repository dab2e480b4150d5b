// The words that all forms of output share.
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

/// What became of a group: "appeared", "grew", "shrank", "vanished".
std::string_view ChangeWord(Diff::Kind kind);

/// `"worker-1"`, or with several names the first and how many more; empty if they have none.
std::string Names(Place units);

/// "3 to 250 s old"; one number if all have the same age.
std::string Ages(Place units);

/// Function or, where none is known, module and offset.
std::string FunctionText(const Frame& frame);

/// "src/pool.cc:63"; the module where no line is known; may be empty.
std::string LineText(const Frame& frame);

/// `text` with '?' for bytes that would end a line, move a cursor or are no UTF-8.
std::string OneLine(std::string_view text);

/// "2026-01-31T12:00:00.250Z"
std::string TimeText(std::chrono::system_clock::time_point time);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_WORDING_H_
