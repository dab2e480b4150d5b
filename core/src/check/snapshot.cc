#include "taskleak/snapshot.h"

#include "check/snapshot_data.h"
#include "platform/thread_info.h"

namespace taskleak {

Snapshot Snapshot::Take() {
  // As long as nobody is born or ends, the same snapshot serves: no allocation, and the comparison
  // of two is one of pointers.
  thread_local std::shared_ptr<const internal::SnapshotData> last;
  auto threads = platform::ListThreads();
  if (last == nullptr || threads == nullptr || last->threads != threads) {
    last = std::make_shared<const internal::SnapshotData>(
        internal::SnapshotData{std::move(threads), platform::TicksSinceBoot()});
  }
  Snapshot snapshot;
  snapshot.data_ = last;
  return snapshot;
}

}  // namespace taskleak
