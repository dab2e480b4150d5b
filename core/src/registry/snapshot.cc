#include "taskleak/snapshot.h"

#include <new>

#include "linux/proc/children.h"
#include "linux/proc/thread_info.h"
#include "registry/frame_log.h"
#include "registry/snapshot_data.h"
#include "registry/thread_birth.h"
#include "taskleak/internal/task_source.h"

namespace taskleak {

namespace {

// Returns the data of a look for which there was no memory. Needs none itself.
const internal::SnapshotData& NoMemory() {
  static const internal::SnapshotData data = {.threads = nullptr, .error = {ENOMEM}};
  return data;
}

// Returns the child processes; those of the last snapshot, as long as nothing was born since.
std::shared_ptr<const platform::ThreadIds> Children(const internal::SnapshotData* last,
                                                    std::uint64_t births) {
  if (last != nullptr && births != 0 && last->births == births) return last->children;
  if (!platform::HasChildren(births)) return nullptr;
  auto ids = std::make_shared<platform::ThreadIds>();
  const auto children = platform::ListChildren();
  if (!children) return nullptr;  // then a check goes by when they started
  for (const platform::ChildProcess& child : *children) ids->push_back(child.id);
  if (last != nullptr && last->children != nullptr && *ids == *last->children)
    return last->children;
  return ids;
}

}  // namespace

Snapshot Snapshot::Take() try {
  // As long as nothing is born or ends, the same snapshot is returned. That needs no allocation,
  // and two snapshots are compared by their pointers.
  thread_local std::shared_ptr<const internal::SnapshotData> last;
  // Births first: a thread born in between is then new by its serial and known by its identity.
  const std::uint64_t next_birth = registry::NextSerial();
  registry::FollowFrames();
  internal::AskTaskSources();
  const registry::Epoch next_epoch = registry::BeginEpoch();
  std::uint64_t births = 0;
  const auto listed = platform::ListThreads(&births);
  auto threads = listed ? *listed : nullptr;
  auto children = Children(last.get(), births);
  if (last == nullptr || threads == nullptr || last->threads != threads ||
      last->next_birth != next_birth || last->next_epoch != next_epoch || last->births != births ||
      last->children != children) {
    last = std::make_shared<const internal::SnapshotData>(
        internal::SnapshotData{std::move(threads), listed.error(), next_birth, next_epoch,
                               platform::TicksSinceBoot(), births, std::move(children)});
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
