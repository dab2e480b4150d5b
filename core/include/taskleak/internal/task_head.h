// The part of a task's memory that coroutines write inline, and what each thread keeps for that.
// For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_TASK_HEAD_H_
#define TASKLEAK_INTERNAL_TASK_HEAD_H_

#include <atomic>
#include <cstdint>
#include <ctime>

#include "taskleak/leak.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::registry {
struct CreationStack;
struct TaskChunk;
}  // namespace taskleak::registry

namespace taskleak::internal {

/// Packs into one word the state of a task, and the thread that runs it or the line where it
/// awaits, so that one store changes all of it. Counts turns, so that a return to the same place
/// can be distinguished from no change.
class TaskPlace {
 public:
  TaskPlace() = default;
  explicit constexpr TaskPlace(std::uint64_t word) : word_(word) {}
  constexpr TaskPlace(WaitState state, std::uint32_t where)
      : word_(std::uint64_t{where} << kWhere | static_cast<std::uint8_t>(state)) {}

  [[nodiscard]] constexpr std::uint64_t word() const { return word_; }
  [[nodiscard]] constexpr WaitState state() const { return static_cast<WaitState>(word_ & 0xFF); }
  [[nodiscard]] constexpr std::uint32_t where() const {
    return static_cast<std::uint32_t>(word_ >> kWhere);
  }
  [[nodiscard]] constexpr bool is_changing() const { return (word_ & kChanging) != 0; }

  /// Returns the same place one turn later. The count may overflow.
  [[nodiscard]] constexpr TaskPlace Next() const { return TaskPlace(word_ + kOneTurn); }
  /// Returns the same place with the turn that follows `before`.
  [[nodiscard]] constexpr TaskPlace After(TaskPlace before) const {
    return TaskPlace(word_ % kOneTurn | (before.Next().word_ & ~(kOneTurn - 1)));
  }
  /// Returns the same place, marked as being changed.
  [[nodiscard]] constexpr TaskPlace Changing() const { return TaskPlace(word_ | kChanging); }

 private:
  static constexpr std::uint64_t kChanging = 0x100;
  static constexpr int kWhere = 10;
  static constexpr std::uint64_t kOneTurn = std::uint64_t{1} << 42;

  std::uint64_t word_ = 0;
};

/// Holds the values that are written and read in a coroutine's life, in two cache lines. Values for
/// readers are written with release and read with acquire ordering (registry/task_slot.h). A free
/// head has no awaiter, stack, descriptor or hint.
struct alignas(64) TaskHead {
  std::atomic<std::uint64_t> serial{0};  ///< 0: no task
  std::atomic<std::uint64_t> place{0};   ///< a TaskPlace
  std::atomic<std::uint64_t> parent{0};
  std::atomic<std::uintptr_t> site{0};  ///< return address in the code that created it; may be 0
  /// A function of the coroutine, or the function that an operation will call; may be 0.
  std::atomic<std::uintptr_t> code{0};
  std::atomic<std::int64_t> born{0};         ///< nanoseconds of the monotonic clock
  std::atomic<std::uint64_t> epoch{0};       ///< the epoch of its birth (registry/task_registry.h)
  std::atomic<std::uint32_t> origin{0};      ///< a registry::Origin
  std::atomic<std::int32_t> descriptor{-1};  ///< that it waits on; -1: none

  std::atomic<const char*> file{nullptr};    ///< where the coroutine awaited last; may be null
  std::atomic<std::uint64_t> awaited_by{0};  ///< serial of the coroutine that continues after it
  std::atomic<const registry::CreationStack*> stack{nullptr};
  TaskHead* next_free = nullptr;  ///< like the next member, unused while it is a task
  TaskHead* next_batch = nullptr;
  registry::TaskChunk* chunk = nullptr;
  std::atomic<std::uint64_t> ended{0};     ///< how many tasks in this slot have ended
  std::atomic<std::uint64_t> adopted{0};   ///< serial of a task that is not reported any more
  std::atomic<const char*> hint{nullptr};  ///< how to end it, for the report: a literal, or null
};

/// Holds the values that a thread needs to create a task. They are valid as long as `conditions`
/// equals the value of the process.
struct ThreadTasks {
  TaskHead* free = nullptr;     ///< slots without a task
  TaskHead* running = nullptr;  ///< the task that the thread runs; null: none
  TaskPlace turn;  ///< for the next task that it runs; not set until the thread's id is known
  std::uint64_t last_serial = 0;  ///< the last one that it gave to a task
  std::uint64_t conditions = 0;
  std::uint64_t epoch = 0;
  std::uint32_t origin = 0;      ///< for what it creates while it runs no task
  std::uint32_t free_count = 0;  ///< how many slots are in `free`
  std::uint32_t most_free = 0;   ///< with more, it gives some back for others; 0: unknown yet

  /// How many serials a thread takes at a time.
  static constexpr std::uint64_t kSerialBlock = 64;
};

// Reached without a call; shared libraries use the space that the loader keeps for such variables.
#if defined(__cpp_constinit)
extern constinit thread_local ThreadTasks t_tasks [[gnu::tls_model("initial-exec")]];
#endif

/// Changes when the epoch, the scope or what is kept of creators changes.
inline std::atomic<std::uint64_t> g_birth_conditions{1};  // a thread begins with 0

/// Returns nanoseconds of the monotonic clock, exact to a few milliseconds (clock_gettime(2)).
[[gnu::always_inline]] inline std::int64_t CoarseNow() noexcept {
  std::timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// Counts the end of a task. Its serial is already 0 again.
inline void CountEnd(TaskHead& head) noexcept {
  head.ended.store(head.ended.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

/// Registers a coroutine in the rarer cases. Returns null if there is no memory.
TaskHead* BeginCoroutineTask(std::uintptr_t code, std::uintptr_t site) noexcept;
/// Gives some of the thread's free slots back for other threads.
void KeepFreeSlots() noexcept;
/// Sets the first value of ThreadTasks::turn.
void SetFirstTurn() noexcept;

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_TASK_HEAD_H_
