// Registers coroutines. For taskleak's own adapters (taskleak/coroutine.h, taskleak/asio.h). Needs
// C++20.
#ifndef TASKLEAK_INTERNAL_COROUTINE_TASK_H_
#define TASKLEAK_INTERNAL_COROUTINE_TASK_H_

#include <atomic>
#include <cstdint>
#include <cstring>
#include <utility>

#include "taskleak/internal/coroutine_frame.h"
#include "taskleak/internal/task_head.h"
#include "taskleak/leak.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Refers to a registered coroutine that awaits something. Its memory is never given back, and a
/// serial is never used again, so this may outlive the coroutine.
struct AwaitingTask {
  TaskHead* head = nullptr;  ///< null: it is not registered
  std::uint64_t serial = 0;

  /// Notes that nothing will resume the coroutine any more, if it is still suspended. When
  /// something resumes it all the same, that note is gone. Thread-safe.
  void Lose() const noexcept {
    if (head == nullptr || head->serial.load(std::memory_order_acquire) != serial) return;
    std::uint64_t word = head->place.load(std::memory_order_acquire);
    const TaskPlace before(word);
    if (before.state() != WaitState::kSuspended) return;
    const TaskPlace lost(WaitState::kLost, before.where());
    if (!head->place.compare_exchange_strong(word, lost.word(), std::memory_order_acq_rel)) return;
    // Meanwhile it may have ended, and another one that awaits at the same line may be in its slot.
    std::uint64_t now = lost.word();
    if (head->serial.load(std::memory_order_acquire) != serial)
      head->place.compare_exchange_strong(now, before.word(), std::memory_order_acq_rel);
  }
};

/// Registers one coroutine as a task, from the construction of its promise to the promise's
/// destruction. Used by one thread at a time: the one that runs the coroutine.
class CoroutineTask {
 public:
  /// Registers the coroutine with a handle of the address `frame`. `site` is a return address in
  /// its caller.
  CoroutineTask(const void* frame, const void* site) noexcept
      : head_(Begin(DestroyFunction(frame), reinterpret_cast<std::uintptr_t>(site))) {
    if (g_follows_frames.load(std::memory_order_relaxed)) [[unlikely]]
      ForgetFrame(frame);
  }
  ~CoroutineTask() {
    if (head_ != nullptr) End();
  }
  CoroutineTask(const CoroutineTask&) = delete;
  CoroutineTask& operator=(const CoroutineTask&) = delete;

  /// Notes that the coroutine is about to be suspended at that line of its source. Another thread
  /// may resume it at once.
  void Suspend(const char* file, int line) noexcept {
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): it was made
    if (head_ == nullptr) return;
    Leave();
    // A reader between these two stores pairs the line with the wrong file. That is rare, because
    // all lines of a function are in one file.
    head_->file.store(file, std::memory_order_release);
    Move(TaskPlace(WaitState::kSuspended, static_cast<std::uint32_t>(line)));
  }

  /// Notes that the calling thread started or resumed the coroutine.
  void Resume() noexcept {
    if (head_ == nullptr) return;
    ThreadTasks& thread = t_tasks;
    outer_ = std::exchange(thread.running, head_);
    if (thread.turn.word() == 0) [[unlikely]]
      SetFirstTurn();
    thread.turn = thread.turn.Next();
    Move(thread.turn);
  }

  /// Notes that the coroutine is about to be suspended for the last time.
  void Finish() noexcept {
    if (head_ == nullptr) return;
    Leave();
    Move(TaskPlace(WaitState::kOther, 0));
  }

  /// Notes that `awaiter` continues when this coroutine has finished.
  void SetAwaitedBy(const CoroutineTask& awaiter) noexcept {
    awaiter_ = awaiter.head_;
    SetAwaitedBy(awaiter.serial());
  }
  void SetAwaitedBy(std::uint64_t awaiter) noexcept {
    if (head_ != nullptr) head_->awaited_by.store(awaiter, std::memory_order_release);
  }

  /// Returns a reference to the coroutine, which may outlive it.
  [[nodiscard]] AwaitingTask awaiting() const noexcept { return {head_, serial()}; }

  /// Returns its serial, which is never used again in this process; 0 if it is not registered.
  [[nodiscard]] std::uint64_t serial() const noexcept {
    return head_ == nullptr ? 0 : head_->serial.load(std::memory_order_relaxed);
  }

 private:
  // A frame begins with the addresses of its resume and destroy functions, which GCC and Clang set
  // before the promise is constructed ("Coroutines in LLVM", "Switched-Resume Lowering"). The
  // second stays there until the end.
  static std::uintptr_t DestroyFunction(const void* frame) noexcept {
    std::uintptr_t function = 0;
    std::memcpy(&function, static_cast<const char*>(frame) + sizeof function, sizeof function);
    return function;
  }

  // Takes a slot that was used in this epoch, by a thread that knows the present conditions. All
  // other cases are handled by BeginCoroutineTask().
  [[gnu::always_inline]] static TaskHead* Begin(std::uintptr_t code, std::uintptr_t site) noexcept {
    ThreadTasks& thread = t_tasks;
    TaskHead* const head = thread.free;
    if (head == nullptr ||
        thread.conditions != g_birth_conditions.load(std::memory_order_acquire) ||
        head->epoch.load(std::memory_order_relaxed) != thread.epoch ||
        thread.last_serial % ThreadTasks::kSerialBlock == 0) [[unlikely]] {
      return BeginCoroutineTask(code, site);
    }
    thread.free = head->next_free;
    --thread.free_count;
    std::uint64_t parent = 0;
    std::uint32_t origin = thread.origin;
    if (const TaskHead* const running = thread.running; running != nullptr) {
      parent = running->serial.load(std::memory_order_relaxed);
      origin = running->origin.load(std::memory_order_relaxed);
    }
    head->parent.store(parent, std::memory_order_release);
    head->origin.store(origin, std::memory_order_release);
    head->site.store(site, std::memory_order_release);
    head->code.store(code, std::memory_order_release);
    head->born.store(CoarseNow(), std::memory_order_release);
    head->place.store(TaskPlace(WaitState::kQueued, 0).word(), std::memory_order_release);
    head->serial.store(++thread.last_serial, std::memory_order_release);
    return head;
  }

  // A coroutine that is destroyed before it has finished does not resume its awaiter. (A finished
  // one may have handed its awaiter to an executor.)
  void End() noexcept {
    Leave();  // an exception may have ended it
    const bool reached_its_end =
        TaskPlace(head_->place.load(std::memory_order_relaxed)).state() == WaitState::kOther;
    ThreadTasks& thread = t_tasks;
    head_->serial.store(0, std::memory_order_release);
    CountEnd(*head_);
    if (const std::uint64_t awaiter = head_->awaited_by.load(std::memory_order_relaxed);
        awaiter != 0) {
      head_->awaited_by.store(0, std::memory_order_release);
      if (!reached_its_end) AwaitingTask{awaiter_, awaiter}.Lose();
    }
    if (head_->stack.load(std::memory_order_relaxed) != nullptr)
      head_->stack.store(nullptr, std::memory_order_release);
    head_->next_free = thread.free;
    thread.free = head_;
    if (++thread.free_count > thread.most_free) [[unlikely]]
      KeepFreeSlots();
  }

  void Move(TaskPlace next) noexcept { head_->place.store(next.word(), std::memory_order_release); }

  // Restores what the thread ran before.
  void Leave() noexcept {
    ThreadTasks& thread = t_tasks;
    if (thread.running == head_) thread.running = outer_;
  }

  TaskHead* head_;
  TaskHead* outer_;              // what the thread ran when it resumed this one
  TaskHead* awaiter_ = nullptr;  // that continues when this one has finished; null: not known
};

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_COROUTINE_TASK_H_
