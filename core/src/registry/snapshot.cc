#include "taskleak/snapshot.h"

#include <cerrno>
#include <new>

#include "linux/proc/thread_info.h"
#include "registry/snapshot_data.h"
#include "registry/thread_birth.h"
#include "taskleak/internal/task_source.h"

namespace taskleak {

namespace {

// Of a look for which there was no memory; needs none itself.
const internal::SnapshotData& NoMemory() {
  static const internal::SnapshotData data = {.threads = nullptr, .error = ENOMEM};
  return data;
}

}  // namespace

Snapshot Snapshot::Take() try {
  // As long as nothing is born or ends, the same snapshot is returned. That needs no allocation,
  // and two snapshots are compared by their pointers.
  thread_local std::shared_ptr<const internal::SnapshotData> last;
  // Births first: a thread born in between is then new by its serial and known by its identity.
  const std::uint64_t next_birth = registry::NextSerial();
  internal::AskTaskSources();
  const registry::Epoch next_epoch = registry::BeginEpoch();
  std::uint64_t births = 0;
  auto threads = platform::ListThreads(&births);
  if (last == nullptr || threads == nullptr || last->threads != threads ||
      last->next_birth != next_birth || last->next_epoch != next_epoch || last->births != births) {
    const int error = threads == nullptr ? errno : 0;
    last = std::make_shared<const internal::SnapshotData>(internal::SnapshotData{
        std::move(threads), error, next_birth, next_epoch, platform::TicksSinceBoot(), births});
  }
  Snapshot snapshot;
  snapshot.data_ = last;
  return snapshot;
} catch (const std::bad_alloc&) {
  Snapshot snapshot;
  snapshot.data_ =
      std::shared_ptr<const internal::SnapshotData>(std::shared_ptr<void>(), &NoMemory());
  return snapshot;
}

}  // namespace taskleak
