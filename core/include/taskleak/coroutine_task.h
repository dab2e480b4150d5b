// What the coroutine adapter (taskleak/coroutine.h) tells the core. Not for other use.
#ifndef TASKLEAK_COROUTINE_TASK_H_
#define TASKLEAK_COROUTINE_TASK_H_

#include <cstdint>

namespace taskleak::internal {

struct TaskSlot;

/// One coroutine, registered as a task from the construction of its promise to its destruction. Its
/// members are called as the coroutine runs: by one thread at a time.
class CoroutineTask {
 public:
  /// `frame` is the address of the coroutine's handle, `site` a return address in whoever called
  /// it.
  CoroutineTask(const void* frame, const void* site) noexcept;
  ~CoroutineTask();
  CoroutineTask(const CoroutineTask&) = delete;
  CoroutineTask& operator=(const CoroutineTask&) = delete;

  /// It is about to be suspended in that line of its source. Another thread may resume it at once.
  void Suspend(const char* file, int line) noexcept;
  /// The calling thread has started or resumed it.
  void Resume() noexcept;
  /// It is about to be suspended for the last time.
  void Finish() noexcept;
  /// `awaiter` will go on when this one has finished.
  void SetAwaitedBy(const CoroutineTask& awaiter) noexcept { SetAwaitedBy(awaiter.serial()); }
  void SetAwaitedBy(std::uint64_t awaiter) noexcept;

  /// Never used again in this process; 0 for one that is not registered.
  [[nodiscard]] std::uint64_t serial() const noexcept;

 private:
  void Leave() noexcept;

  TaskSlot* slot_;
  std::uint64_t outer_serial_ = 0;  // what the thread ran when it resumed this one
  std::uint32_t outer_origin_ = 0;
};

}  // namespace taskleak::internal

#endif  // TASKLEAK_COROUTINE_TASK_H_
