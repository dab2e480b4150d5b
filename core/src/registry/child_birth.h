// Keeps what is known of child processes that were created through the hooks
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

/// Holds what created one child process.
struct ChildRecord {
  static constexpr std::size_t kMostFrames = 32;

  Origin origin = 0;        ///< of all that the creating thread created then
  std::uint32_t depth = 0;  ///< how many entries of created_by are used
  std::array<std::uintptr_t, kMostFrames> created_by{};  ///< return addresses, innermost first
};

/// Returns the record of a child process. Returns nothing if the process was not created through
/// the hooks, or if its record was reused because many were created after it. Thread-safe, like the
/// next one.
std::optional<ChildRecord> FindChild(const platform::ThreadId& child);

/// Returns true once a child process was created through the hooks.
bool HasRecordedChildren();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_CHILD_BIRTH_H_
