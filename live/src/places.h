// The units of a capture by place.
#ifndef TASKLEAK_LIVE_SRC_PLACES_H_
#define TASKLEAK_LIVE_SRC_PLACES_H_

#include <span>
#include <string>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::live {

/// Units of one group that are in the same code and in the same wait state.
using Place = std::span<const Unit>;

/// Returns the places of one group. Valid as long as the group.
std::vector<Place> PlacesOf(const LeakGroup& group);

/// Returns the innermost frame of a stack that is not the runtime's; null if there is none.
const Frame* FirstOwn(const Stack& stack);

/// Returns true if the unit waits. Running units, queued tasks and ended threads do not.
bool IsBlocked(const Unit& unit);

/// Returns the places of all groups, the most frequent first. Valid as long as the report.
std::vector<Place> PlacesOf(const LeakReport& report);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PLACES_H_
