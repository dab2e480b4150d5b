// The identities of background threads, or of background child processes.
#ifndef TASKLEAK_SRC_ALIVE_BACKGROUND_IDS_H_
#define TASKLEAK_SRC_ALIVE_BACKGROUND_IDS_H_

#include <cstddef>
#include <memory>

#include "base/mutex.h"
#include "linux/proc/thread_list.h"

namespace taskleak::alive {

/// Thread-safe. All lists are sorted.
class BackgroundIds {
 public:
  /// Returns all; null before the first Update().
  [[nodiscard]] std::shared_ptr<const platform::ThreadIds> Load() const TASKLEAK_EXCLUDES(mutex_);

  /// Adds `ids`, and drops those that have ended, since this would grow for ever otherwise: those
  /// of `known`, as returned by Load(), that are not in `living`. Call Load() before the living are
  /// listed: then what another thread adds meanwhile, and that list may lack, is kept. Drops none
  /// if `known` or `living` is null. Returns how many of `ids` are new.
  std::size_t Update(const platform::ThreadIds& ids, const platform::ThreadIds* known,
                     const platform::ThreadIds* living) TASKLEAK_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const platform::ThreadIds> ids_ TASKLEAK_GUARDED_BY(mutex_);
};

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_BACKGROUND_IDS_H_
