// Creation stacks, each distinct one kept once.
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

/// The calling thread's own stack from the frame that holds the return address `site` outwards, or
/// from the innermost one if there is no such frame. The same pointer for the same stack, valid
/// until the process ends; null if there are too many distinct ones or there is no memory. Takes no
/// lock for code that has created before. Thread-safe.
const CreationStack* InternOwnStack(std::uintptr_t site);

/// The same of code that is parked with the stack pointer `sp`, from the innermost frame on; null
/// also if it cannot be read.
const CreationStack* InternParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_CREATION_STACKS_H_
