// Registers fibers. For taskleak's own Boost.Fiber adapter (taskleak/boost_fiber.h).
#ifndef TASKLEAK_INTERNAL_FIBER_TASK_H_
#define TASKLEAK_INTERNAL_FIBER_TASK_H_

#include <array>
#include <cstdint>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

struct TaskHead;
struct TaskSlot;

/// Describes what a context switch leaves on the stack of the fiber that it parks: the registers
/// that a function must preserve, and the address where the fiber continues. Each number is an
/// offset in bytes from the stack pointer that the switch saves.
struct SwitchLayout {
  const char* unknown_because = nullptr;  ///< if not null, the offsets are not valid
  std::uint8_t frame_pointer = 0;
  std::uint8_t continues = 0;  ///< the address where the fiber continues
  std::uint8_t size = 0;       ///< where the fiber's stack pointer is once it continues
  /// The other registers by number: rbx and r12 to r15, or x19 to x28.
  std::array<std::uint8_t, 10> preserved{};
};

/// Sets the layout for all fibers of this process. Before the first call, no layout is known.
/// Thread-safe; the last call wins.
void SetSwitchLayout(const SwitchLayout& layout) noexcept;

/// Points to the stack pointer that a fiber saves while it is parked; that is null while it runs.
using SavedStackPointer = const void* const*;

/// Registers one fiber as a task, from its launch to its end. Used by one thread at a time: the one
/// that has the fiber.
class FiberTask {
 public:
  /// Registers a fiber that the calling code launches.
  explicit FiberTask(SavedStackPointer saved) noexcept;
  /// Registers a fiber launched by code that is parked with the stack pointer `launcher`. Null: the
  /// launcher is unknown.
  FiberTask(SavedStackPointer saved, const void* launcher) noexcept;
  ~FiberTask();
  FiberTask(const FiberTask&) = delete;
  FiberTask& operator=(const FiberTask&) = delete;

  /// Notes that the fiber is ready and waits for a thread.
  void Ready() noexcept;
  /// Notes that the calling thread is about to continue the fiber.
  void Enter() noexcept;
  /// Notes that the calling thread is about to park the fiber.
  void Leave() noexcept;

 private:
  // The task that a thread runs; it may end meanwhile.
  struct Running {
    TaskHead* task = nullptr;
    std::uint64_t serial = 0;

    static Running Now() noexcept;
    void Restore() const noexcept;
  };

  void Restore() noexcept;

  TaskSlot* slot_;
  Running own_;        // what continues with it: itself, or a task that it was running
  Running threads_{};  // what its thread ran before
  bool entered_ = false;
};

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_FIBER_TASK_H_
