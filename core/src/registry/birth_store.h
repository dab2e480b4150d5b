// The memory of the records of threads.
#ifndef TASKLEAK_SRC_REGISTRY_BIRTH_STORE_H_
#define TASKLEAK_SRC_REGISTRY_BIRTH_STORE_H_

#include <atomic>
#include <cstdint>

#include "registry/thread_birth.h"

namespace taskleak {

/// Needed by its creator until pthread_create has returned, by its thread until its start routine
/// is over, and by the table while it is of interest (registry/birth_table.h). Its memory is never
/// anything else.
class alignas(64) internal::ThreadBirth {
 public:
  registry::ThreadRecord record;
  StartRoutine routine = nullptr;  ///< null: it is a C11 thread
  C11StartRoutine c11_routine = nullptr;
  void* argument = nullptr;
  ThreadBirth* next = nullptr;          ///< in the table
  std::atomic<bool> was_linked{false};  ///< changed under the table's lock
  std::atomic<ThreadBirth*> next_free{nullptr};
  std::atomic<int> references{0};
};

namespace registry {

/// A record that is as new but for its stacks, whose depths are 0; null if there is no memory.
/// Takes no lock, and none of the allocator's: the memory comes from the kernel. Thread-safe, as is
/// the other; in a forked child, too.
internal::ThreadBirth* TakeBirth();
void GiveBackBirth(internal::ThreadBirth* birth);

}  // namespace registry
}  // namespace taskleak

#endif  // TASKLEAK_SRC_REGISTRY_BIRTH_STORE_H_
