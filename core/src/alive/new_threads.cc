#include "alive/new_threads.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace taskleak::alive {

platform::ThreadIds NewThreads(const internal::SnapshotData* before,
                               const platform::ThreadIds& now) {
  platform::ThreadIds fresh;
  if (before == nullptr) {
    fresh = now;
  } else if (before->threads.get() != &now) {
    std::set_difference(now.begin(), now.end(), before->threads->begin(), before->threads->end(),
                        std::back_inserter(fresh));
  }
  // A thread that started before the snapshot was alive when it was taken, even if a race hid the
  // thread from the list.
  const std::uint64_t taken = before == nullptr ? 0 : before->taken_ticks;
  std::erase_if(fresh, [taken](const platform::ThreadId& id) {
    return id.tid == getpid() || id.start_ticks + 1 < taken;
  });
  return fresh;
}

}  // namespace taskleak::alive
