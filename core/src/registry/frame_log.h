// Turns coroutine frames into tasks, from their allocation until they are freed.
#ifndef TASKLEAK_SRC_REGISTRY_FRAME_LOG_H_
#define TASKLEAK_SRC_REGISTRY_FRAME_LOG_H_

#include <cstdint>

#include "taskleak/internal/coroutine_frame.h"

namespace taskleak::registry {

/// Follows the frames that are allocated from now on, if the process has hooks for that
/// (taskleak::any_coroutine). Called before each look. Costs one comparison without hooks, else
/// some nanoseconds for each module that has called operator new.
void FollowFrames();

/// Returns which hooks the process has.
internal::FrameHooks GetFrameHooks();

/// Returns how many frames could not be followed, for lack of memory.
std::uint64_t CountUnloggedFrames();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_FRAME_LOG_H_
