// Maps the address of a coroutine's frame to its task.
#ifndef TASKLEAK_SRC_REGISTRY_FRAME_MAP_H_
#define TASKLEAK_SRC_REGISTRY_FRAME_MAP_H_

#include <cstdint>

#include "taskleak/internal/coroutine_frame.h"

namespace taskleak::registry {

// A block belongs to one thread at a time, from its allocation to its end, so its place needs no
// lock. Two blocks never share a place, since the allocator aligns blocks that can hold a frame to
// 16 bytes.
using FramePlace = internal::FrameRegion::Place;

/// Returns the place of a block; null if no frame was ever noted in its region. Takes no lock.
FramePlace* FindFramePlace(std::uintptr_t address);

/// Returns the same, and makes it if necessary. Returns null if there is no memory, or frames are
/// in more than 16,000 regions. Takes no lock, and no memory of the allocator's.
FramePlace* MakeFramePlace(std::uintptr_t address);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_FRAME_MAP_H_
