// Identifies the same group in different captures.
#ifndef TASKLEAK_LIVE_SRC_GROUP_KEY_H_
#define TASKLEAK_LIVE_SRC_GROUP_KEY_H_

#include <string>

#include "taskleak/leak.h"

namespace taskleak::live {

/// Returns a key that is equal for groups that the same code created. If no creator is known, it is
/// equal for groups with the same signature.
std::string GroupKey(const LeakGroup& group);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_GROUP_KEY_H_
