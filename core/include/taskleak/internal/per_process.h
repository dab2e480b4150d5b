// Keeps one object for each process. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_PER_PROCESS_H_
#define TASKLEAK_INTERNAL_PER_PROCESS_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>

namespace taskleak::internal {

/// Makes an object when a process first asks for it, and a new one in each forked child. There, the
/// object of the parent may have a lock that is held by a thread which the child does not have.
/// Objects are never destroyed. Thread-safe, and usable before it is constructed, as a static
/// object.
template <typename T>
class PerProcess {
 public:
  constexpr PerProcess() = default;

  T& Get() {
    const pid_t process = getpid();
    Entry* known = entry_.load(std::memory_order_acquire);
    if (known != nullptr && known->process == process) return known->object;
    auto* const fresh = new Entry(process);
    if (entry_.compare_exchange_strong(known, fresh, std::memory_order_acq_rel))
      return fresh->object;
    delete fresh;  // another thread of this process was faster
    return known->object;
  }

 private:
  struct Entry {
    explicit Entry(pid_t of) : process(of) {}
    const pid_t process;
    T object;
  };

  std::atomic<Entry*> entry_{nullptr};
};

}  // namespace taskleak::internal

#endif  // TASKLEAK_INTERNAL_PER_PROCESS_H_
