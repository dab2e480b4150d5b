// What the Boost.Fiber adapter (taskleak/boost_fiber.h) tells the core. Not for other use.
#ifndef TASKLEAK_FIBER_TASK_H_
#define TASKLEAK_FIBER_TASK_H_

#include <cstdint>

namespace taskleak::internal {

struct TaskHead;
struct TaskSlot;

/// What a switch of contexts leaves on the stack of the one it parks: the registers that a function
/// must preserve and the address where it goes on, each at so many bytes above the stack pointer
/// that the switch saves.
struct SwitchLayout {
  const char* unknown_because = nullptr;  ///< if not null, nothing below holds
  std::uint8_t rbx = 0;
  std::uint8_t rbp = 0;
  std::uint8_t r12 = 0;
  std::uint8_t r13 = 0;
  std::uint8_t r14 = 0;
  std::uint8_t r15 = 0;
  std::uint8_t rip = 0;
};

/// That of all fibers of this process. Until it is called, no layout is known. Thread-safe; the
/// last one counts.
void SetSwitchLayout(const SwitchLayout& layout) noexcept;

/// Where the stack pointer of a fiber is found while it is parked; null is found there while it
/// runs.
using SavedStackPointer = const void* const*;

/// One fiber, registered as a task from when it is launched to its end. Its members are called by
/// whoever has the fiber at the time: by one thread at a time.
class FiberTask {
 public:
  /// The calling code launches it.
  explicit FiberTask(SavedStackPointer saved) noexcept;
  /// Code that is parked with the stack pointer `launcher` launched it; null: not known who.
  FiberTask(SavedStackPointer saved, const void* launcher) noexcept;
  ~FiberTask();
  FiberTask(const FiberTask&) = delete;
  FiberTask& operator=(const FiberTask&) = delete;

  /// It may go on, and waits for a thread.
  void Ready() noexcept;
  /// The calling thread is about to go on with it.
  void Enter() noexcept;
  /// The calling thread is about to park it.
  void Leave() noexcept;

 private:
  // What a thread runs; it may end meanwhile.
  struct Running {
    TaskHead* task = nullptr;
    std::uint64_t serial = 0;

    static Running Now() noexcept;
    void Restore() const noexcept;
  };

  void Restore() noexcept;

  TaskSlot* slot_;
  Running own_;        // what goes on with it: itself, or a task that it was running
  Running threads_{};  // what its thread ran when it came to it
  bool entered_ = false;
};

}  // namespace taskleak::internal

#endif  // TASKLEAK_FIBER_TASK_H_
