// The count of epochs, which distinguishes tasks that were born since a look from older ones.
#ifndef TASKLEAK_SRC_REGISTRY_TASK_EPOCH_H_
#define TASKLEAK_SRC_REGISTRY_TASK_EPOCH_H_

#include <atomic>
#include <cstdint>

#include "taskleak/internal/task_head.h"

namespace taskleak::registry {

/// Every creator reads these counts, but they are written only once in an epoch, so all can share
/// the cache line.
struct alignas(64) EpochCount {
  std::atomic<std::uint64_t> current{1};
  std::atomic<std::uint64_t> announced{1};    ///< the latest that creators have been made to read
  std::atomic<std::uint64_t> newest_used{0};  ///< the latest in which a task was born
  std::atomic<std::uint64_t> first{0};  ///< tasks of earlier epochs belonged to a parent process
};

inline constinit EpochCount g_epochs;

/// Makes threads read the epoch, the scope and Options::task_stacks again.
inline void ChangeBirthConditions() {
  internal::g_birth_conditions.fetch_add(1, std::memory_order_release);
}

/// Makes `value` at least `least`. Stores only if that changes the value.
template <typename T>
void RaiseTo(std::atomic<T>& value, T least) {
  T now = value.load(std::memory_order_relaxed);
  while (now < least && !value.compare_exchange_weak(now, least, std::memory_order_release,
                                                     std::memory_order_relaxed)) {
  }
}

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_TASK_EPOCH_H_
