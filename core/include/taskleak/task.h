// Registers work that is not a thread: a pool's jobs, sessions, coroutines, and anything else that
// must be reported if it does not end.
#ifndef TASKLEAK_TASK_H_
#define TASKLEAK_TASK_H_

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "taskleak/leak.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

class Task;

namespace internal {
struct Operation;
struct TaskHead;
struct TaskSlot;
Task BeginOperation(const Operation& operation) noexcept;
}  // namespace internal

/// Registers one unit of work from construction to destruction. If it is alive at the end of a
/// test, it is a leak of kind `task` and is treated like a thread: it is waited for, ignored,
/// grouped and reported.
///
/// It records the code that created it (as far as Options::task_stacks says), its parent (the task
/// that ran when it was created) and its origin (the test from which its parent, or else the
/// creating thread, descends). A new task is queued; later it runs (Task::Run) or is suspended
/// (SetWaiting).
///
/// Movable; a moved-from task is not registered any more. Different tasks may be used by different
/// threads at once, and share no lock. One task may be used by one thread at a time, not always the
/// same one. Does not allocate memory for each task: tasks live in blocks that are used again. If
/// there is no memory for a block, the task is not registered.
///
/// Example:
///   class Session {
///     void AwaitReply() { task_.SetWaiting("for the reply to " + request_); }
///     taskleak::Task task_{"session"};
///   };
class Task {
 public:
  class Run;

  /// Registers a task with this name; copies at most 47 bytes of it.
  [[gnu::noinline]] explicit Task(std::string_view name);  // its caller is the creator
  /// Ends the task.
  ~Task();
  /// Takes over the registration.
  Task(Task&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  /// Exchanges the registrations; the old one ends with `other`.
  Task& operator=(Task&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  /// Marks the task as suspended. `what` says what it waits for, such as "for the reply
  /// of 10.0.0.1"; copies at most 63 bytes of it.
  void SetWaiting(std::string_view what, WaitState state = WaitState::kSuspended);

  /// Returns the number that reports show, which is never used again in this process; 0 if the task
  /// is not registered.
  [[nodiscard]] std::int64_t id() const;

  /// Registers a task that is created at the code address `site`. For adapters.
  Task(std::string_view name, const void* site);
  /// Registers one more task like `other`. For adapters.
  static Task CopyOf(const Task& other);

 private:
  friend Task internal::BeginOperation(const internal::Operation& operation) noexcept;

  explicit Task(internal::TaskSlot* slot) : slot_(slot) {}

  internal::TaskSlot* slot_;
};

/// Marks a task as running on the calling thread, from construction to destruction. What the thread
/// creates meanwhile descends from the task. Afterwards the task is suspended.
///
/// The task may be moved or destroyed meanwhile. Runs may nest. Construct and destroy it in one
/// thread.
///
/// Example:
///   void Job::Step() {
///     const taskleak::Task::Run run(task_);
///     DoSomeWork();
///   }
class [[nodiscard]] Task::Run {
 public:
  /// Marks the task as running.
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

/// Wraps a function that is a task until it has been called once, or is destroyed without a call.
/// Made by Tracked(). A copy is one more task. Later calls call the function without a task.
template <typename Function>
class TrackedJob {
 public:
  /// Wraps `function`, which is `task`.
  TrackedJob(Task task, Function function)
      : task_(std::move(task)), function_(std::move(function)) {}
  /// Copies the function and registers one more task.
  TrackedJob(const TrackedJob& other)
      : task_(Task::CopyOf(other.task_)), function_(other.function_) {}
  /// Moves the function together with its task.
  TrackedJob(TrackedJob&&) noexcept(std::is_nothrow_move_constructible_v<Function>) = default;
  /// Replaces the function; the old task ends.
  TrackedJob& operator=(TrackedJob other) {
    task_ = std::move(other.task_);
    function_ = std::move(other.function_);
    return *this;
  }
  ~TrackedJob() = default;

  /// Calls the function and ends the task. Returns or throws what the function does.
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

/// Returns `function` as a job that is reported when it is never called or does not return.
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

/// Wraps an executor; made by WrapExecutor(). As thread-safe as the executor.
template <typename Submit>
class TrackingExecutor {
 public:
  /// Makes a wrapper as WrapExecutor() does.
  TrackingExecutor(std::string_view name, Submit submit)
      : name_(name), submit_(std::move(submit)) {}

  /// Hands `function` to the executor as a task. Returns what the executor returns.
  template <typename Function>
  [[gnu::noinline]] decltype(auto) operator()(Function&& function) const {
    return submit_(TrackedJob<std::decay_t<Function>>(Task(name_, __builtin_return_address(0)),
                                                      std::forward<Function>(function)));
  }

 private:
  std::string_view name_;
  Submit submit_;
};

/// Returns an executor that makes each job a task named `name` and hands it to `submit`. `name`
/// must outlive the executor, as a literal does.
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
#pragma GCC visibility pop

#endif  // TASKLEAK_TASK_H_
