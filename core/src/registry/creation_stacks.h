// Keeps creation stacks, each distinct one once.
#ifndef TASKLEAK_SRC_REGISTRY_CREATION_STACKS_H_
#define TASKLEAK_SRC_REGISTRY_CREATION_STACKS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "taskleak/internal/fiber_task.h"

namespace taskleak::registry {

struct CreationStack {
  static constexpr std::size_t kMostFrames = 32;

  std::uint64_t hash = 0;
  std::size_t depth = 0;
  std::array<std::uintptr_t, kMostFrames> addresses{};  ///< return addresses, innermost first
};

/// Returns the calling thread's own stack, from the frame with the return address `site` outwards,
/// or from the innermost frame if there is no such frame. Returns the same pointer for the same
/// stack, which is valid until the process ends. Returns null if there are too many distinct stacks
/// or no memory. Takes no lock for a stack that is already known. Thread-safe.
const CreationStack* InternOwnStack(std::uintptr_t site);

/// Returns the same for code that is parked with the stack pointer `sp`, from the innermost frame
/// on. Returns null also if the stack cannot be read.
const CreationStack* InternParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_CREATION_STACKS_H_
