// What makes groups of different captures the same one.
#ifndef TASKLEAK_LIVE_SRC_GROUP_KEY_H_
#define TASKLEAK_LIVE_SRC_GROUP_KEY_H_

#include <string>

#include "taskleak/leak.h"

namespace taskleak::live {

/// Equal for groups that the same code created, and where no creator is known for those with the
/// same signature.
std::string GroupKey(const LeakGroup& group);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_GROUP_KEY_H_
