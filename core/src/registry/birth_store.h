// Manages the memory of the records of threads.
#ifndef TASKLEAK_SRC_REGISTRY_BIRTH_STORE_H_
#define TASKLEAK_SRC_REGISTRY_BIRTH_STORE_H_

#include <atomic>
#include <cstdint>

#include "registry/short_lock.h"
#include "registry/thread_birth.h"

namespace taskleak {

/// The record of a thread. The creator needs it until pthread_create has returned, the thread until
/// its start routine is over, and the table as long as it is of interest (registry/birth_table.h).
/// Its memory is never used for other objects.
class alignas(64) internal::ThreadBirth {
 public:
  registry::ThreadRecord record;
  StartRoutine routine = nullptr;  ///< null: it is a C11 thread
  C11StartRoutine c11_routine = nullptr;
  void* argument = nullptr;
  ThreadBirth* next = nullptr;  ///< in the table
  /// Held while the record is linked, before the table's lock. As long as the creator holds it, the
  /// thread does not run the program's code.
  registry::ShortLock linking;
  std::atomic<bool> was_linked{false};  ///< changed under the table's lock
  std::atomic<ThreadBirth*> next_free{nullptr};
  std::atomic<int> references{0};
};

namespace registry {

/// Returns a record that is like a new one, except for old contents of its stacks, which have depth
/// 0. Returns null if there is no memory. Takes no lock and no memory of the allocator: the memory
/// comes from the kernel. Both functions are thread-safe, also in a forked child.
internal::ThreadBirth* TakeBirth();
void GiveBackBirth(internal::ThreadBirth* birth);

}  // namespace registry
}  // namespace taskleak

#endif  // TASKLEAK_SRC_REGISTRY_BIRTH_STORE_H_
