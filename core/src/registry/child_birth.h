// What is known of child processes that were created through the hooks
// (taskleak/internal/child_birth.h).
#ifndef TASKLEAK_SRC_REGISTRY_CHILD_BIRTH_H_
#define TASKLEAK_SRC_REGISTRY_CHILD_BIRTH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "linux/proc/thread_list.h"
#include "registry/origin.h"

namespace taskleak::registry {

/// What created one child process.
struct ChildRecord {
  static constexpr std::size_t kMostFrames = 32;

  Origin origin = 0;        ///< of what the creating thread created then
  std::uint32_t depth = 0;  ///< how many entries of created_by are used
  std::array<std::uintptr_t, kMostFrames> created_by{};  ///< return addresses, innermost first
};

/// Returns the record of a child process; nothing if it was not created through the hooks, or so
/// many were created after it that its record is used again. Thread-safe, as is the other.
std::optional<ChildRecord> FindChild(const platform::ThreadId& child);

/// Returns true once a child process was created through the hooks.
bool HasRecordedChildren();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_CHILD_BIRTH_H_
