// Keeps one object for each process. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_PER_PROCESS_H_
#define TASKLEAK_INTERNAL_PER_PROCESS_H_

#include <atomic>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Returns the number of the calling process, as getpid(2) does.
int CurrentProcess();

/// Makes an object when a process first asks for it, and a new one in each forked child. There, the
/// object of the parent may have a lock that is held by a thread which the child does not have.
/// Objects are never destroyed. Thread-safe, and usable before it is constructed, as a static
/// object.
template <typename T>
class PerProcess {
 public:
  constexpr PerProcess() = default;

  T& Get() {
    const int process = CurrentProcess();
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
    explicit Entry(int of) : process(of) {}
    const int process;
    T object;
  };

  std::atomic<Entry*> entry_{nullptr};
};

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_PER_PROCESS_H_
