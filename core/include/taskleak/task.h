// Units of work that are no threads: jobs of a pool, sessions, coroutines, whatever shall be missed
// when it does not end.
#ifndef TASKLEAK_TASK_H_
#define TASKLEAK_TASK_H_

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "taskleak/leak.h"

namespace taskleak {

class Task;

namespace internal {
struct Operation;
struct TaskHead;
struct TaskSlot;
Task BeginOperation(const Operation& operation) noexcept;
}  // namespace internal

/// One unit of work, registered from construction to destruction: alive at the end of a test, it is
/// a leak of kind `task`, treated like a thread (drain, ignore rules, groups, signature, reports).
///
/// It knows the code that created it (as far as Options::task_stacks says), the test it descends
/// from (its creator's: the task or thread that ran) and its parent (the task that ran there). A
/// new task is queued; then it runs (Task::Run) or is suspended (SetWaiting).
///
/// Movable; a moved-from task is no unit any more. Different tasks may be used by different threads
/// at once, without a lock in common; one task by one thread at a time, which need not be the same
/// one each time. Costs no allocation of its own: registered tasks live in blocks that are used
/// again. If there is no memory for a block, the task is not registered.
///
/// Example:
///   class Session {
///     void AwaitReply() { task_.SetWaiting("for the reply to " + request_); }
///     taskleak::Task task_{"session"};
///   };
class Task {
 public:
  class Run;

  /// `name` is copied, at most 47 bytes of it.
  [[gnu::noinline]] explicit Task(std::string_view name);  // its caller is the creator
  /// It has ended.
  ~Task();
  /// The unit is this one from now on.
  Task(Task&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  /// Exchanges the two: what this one was ends with `other`.
  Task& operator=(Task&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  /// It is suspended now, and `what` says for what it waits: "for the reply of 10.0.0.1". Copied,
  /// at most 63 bytes of it.
  void SetWaiting(std::string_view what, WaitState state = WaitState::kSuspended);

  /// The number that reports name it by, never used again in this process; 0 for one that is not
  /// registered.
  [[nodiscard]] std::int64_t id() const;

  /// For adapters: a task created where `site` is, an address in the code.
  Task(std::string_view name, const void* site);
  /// For adapters: one more unit like `other`, which somebody copies.
  static Task CopyOf(const Task& other);

 private:
  friend Task internal::BeginOperation(const internal::Operation& operation) noexcept;

  explicit Task(internal::TaskSlot* slot) : slot_(slot) {}

  internal::TaskSlot* slot_;
};

/// While it exists, the calling thread runs the task: it counts as running, and what is created
/// meanwhile descends from it. Afterwards it is suspended. The task may be moved or destroyed
/// meanwhile. Runs nest; construct and destroy it in one thread.
///
/// Example:
///   void Job::Step() {
///     const taskleak::Task::Run run(task_);
///     DoSomeWork();
///   }
class [[nodiscard]] Task::Run {
 public:
  /// It begins, or goes on.
  explicit Run(const Task& task);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

 private:
  internal::TaskSlot* slot_;
  std::uint64_t serial_;
  internal::TaskHead* outer_;  // what ran before
  std::uint64_t outer_serial_;
};

/// A callable that is a task from when it is made to when it has been called, or is destroyed
/// uncalled; made by Tracked(). A copy is one more task. Called again, it calls and is no task.
template <typename Function>
class TrackedJob {
 public:
  /// `function`, which is that task.
  TrackedJob(Task task, Function function)
      : task_(std::move(task)), function_(std::move(function)) {}
  /// One more task.
  TrackedJob(const TrackedJob& other)
      : task_(Task::CopyOf(other.task_)), function_(other.function_) {}
  /// The task goes along.
  TrackedJob(TrackedJob&&) noexcept(std::is_nothrow_move_constructible_v<Function>) = default;
  /// What this one was has ended.
  TrackedJob& operator=(TrackedJob other) {
    task_ = std::move(other.task_);
    function_ = std::move(other.function_);
    return *this;
  }
  ~TrackedJob() = default;

  /// Calls the function, and returns or throws what it does; then the task has ended.
  template <typename... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) {
    const Task task = std::move(task_);
    const Task::Run run(task);
    return function_(std::forward<Arguments>(arguments)...);
  }

 private:
  Task task_;
  Function function_;
};

/// `function` as a job that is missed when it is never called or does not return.
///
/// Example:
///   void Pool::Submit(std::function<void()> job) {
///     queue_.Push(taskleak::Tracked("pool job", std::move(job)));
///   }
template <typename Function>
[[nodiscard, gnu::noinline]] TrackedJob<std::decay_t<Function>> Tracked(std::string_view name,
                                                                        Function&& function) {
  return {Task(name, __builtin_return_address(0)), std::forward<Function>(function)};
}

/// What WrapExecutor() returns. As thread-safe as the executor.
template <typename Submit>
class TrackingExecutor {
 public:
  /// As WrapExecutor() says.
  TrackingExecutor(std::string_view name, Submit submit)
      : name_(name), submit_(std::move(submit)) {}

  /// Hands `function` to the executor as a task, and returns what that returns.
  template <typename Function>
  [[gnu::noinline]] decltype(auto) operator()(Function&& function) const {
    return submit_(TrackedJob<std::decay_t<Function>>(Task(name_, __builtin_return_address(0)),
                                                      std::forward<Function>(function)));
  }

 private:
  std::string_view name_;
  Submit submit_;
};

/// An executor that makes every job it is given a task named `name` (which must outlive it, as a
/// literal does) and hands it to `submit`.
///
/// Example:
///   auto run = taskleak::WrapExecutor("resize", [&](auto job) { pool.Submit(std::move(job)); });
///   run([] { Resize("cat.png"); });
template <typename Submit>
[[nodiscard]] TrackingExecutor<std::decay_t<Submit>> WrapExecutor(std::string_view name,
                                                                  Submit&& submit) {
  return {name, std::forward<Submit>(submit)};
}

}  // namespace taskleak

#endif  // TASKLEAK_TASK_H_
