// Writes what cannot continue by itself, as text and JSON.
#ifndef TASKLEAK_LIVE_SRC_STUCK_TEXT_H_
#define TASKLEAK_LIVE_SRC_STUCK_TEXT_H_

#include <string>

#include "taskleak/live/capture.h"
#include "taskleak/stuck.h"

namespace taskleak::live {

/// Returns the units that cannot continue, by reason, each distinct stack once, and the number of
/// units of which nothing can be said. `stuck` belongs to `capture`.
std::string StuckText(const Capture& capture, const StuckReport& stuck);

/// Returns the same as JSON (docs/live.md).
std::string StuckJson(const Capture& capture, const StuckReport& stuck);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_STUCK_TEXT_H_
