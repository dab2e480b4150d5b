// One thread or task as text.
#ifndef TASKLEAK_LIVE_SRC_UNIT_TEXT_H_
#define TASKLEAK_LIVE_SRC_UNIT_TEXT_H_

#include <string>

#include "taskleak/leak.h"

namespace taskleak::live {

/// Returns the unit with its stack and an empty line, in the form of Go's goroutine profile with
/// debug=2 (taskleak/live/formats.h).
std::string UnitText(const Unit& unit);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_UNIT_TEXT_H_
