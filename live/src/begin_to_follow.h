// What a service must do before the first look.
#ifndef TASKLEAK_LIVE_SRC_BEGIN_TO_FOLLOW_H_
#define TASKLEAK_LIVE_SRC_BEGIN_TO_FOLLOW_H_

#include "taskleak/snapshot.h"

namespace taskleak::live {

/// Lets taskleak::any_coroutine remember the coroutines that are created from now on, because a
/// later look cannot find those that it did not see created. Does nothing in a program without it.
inline void BeginToFollow() { static_cast<void>(Snapshot::Take()); }

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_BEGIN_TO_FOLLOW_H_
