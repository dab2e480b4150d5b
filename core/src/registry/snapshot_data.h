// Holds the data of a Snapshot.
#ifndef TASKLEAK_SRC_REGISTRY_SNAPSHOT_DATA_H_
#define TASKLEAK_SRC_REGISTRY_SNAPSHOT_DATA_H_

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "linux/proc/thread_list.h"
#include "registry/task_registry.h"

namespace taskleak::internal {

struct SnapshotData {
  std::shared_ptr<const platform::ThreadIds> threads;  // null: they could not be listed
  Error error{};                                       // the reason, if `threads` is null
  std::uint64_t next_birth = 0;    // serial of the first birth after it (registry/thread_birth.h)
  registry::Epoch next_epoch = 0;  // of the first task born after it (registry/task_registry.h)
  std::uint64_t taken_ticks = 0;   // when, in ticks since boot
  std::uint64_t births = 0;        // as platform::ListThreads returns it
  std::shared_ptr<const platform::ThreadIds> children{};  // sorted; null: there were none
};

}  // namespace taskleak::internal

#endif  // TASKLEAK_SRC_REGISTRY_SNAPSHOT_DATA_H_
