// Jobs of oneTBB's task groups and arenas as tasks.
#ifndef TASKLEAK_TBB_H_
#define TASKLEAK_TBB_H_

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <string_view>
#include <type_traits>
#include <utility>

#include "taskleak/task.h"

namespace taskleak {

/// A job that oneTBB can keep: it calls the functions it keeps as constants.
template <typename Function>
class TbbJob {
 public:
  /// Made by TbbTracked().
  explicit TbbJob(TrackedJob<Function> job) : job_(std::move(job)) {}
  /// Calls the function; then the task has ended.
  decltype(auto) operator()() const { return job_(); }

 private:
  mutable TrackedJob<Function> job_;
};

/// `function` as a job that is missed when oneTBB never calls it, or it does not return. For
/// whatever of oneTBB takes a function and keeps it.
///
/// Example:
///   tbb::this_task_arena::enqueue(taskleak::TbbTracked("thumbnail", [=] { Shrink(image); }));
template <typename Function>
[[nodiscard, gnu::noinline]] TbbJob<std::decay_t<Function>> TbbTracked(std::string_view name,
                                                                       Function&& function) {
  return TbbJob<std::decay_t<Function>>(TrackedJob<std::decay_t<Function>>(
      Task(name, __builtin_return_address(0)), std::forward<Function>(function)));
}

/// A tbb::task_group whose jobs are tasks: queued until a thread takes them, running until they
/// return, gone when the group is cancelled. As thread-safe as a tbb::task_group.
///
/// Example:
///   taskleak::TbbTaskGroup group;
///   group.run([] { Resize("cat.png"); });
///   group.wait();
class TbbTaskGroup : public tbb::task_group {
 public:
  /// The tasks have the name `name`, which must outlive the group, as a literal does.
  explicit TbbTaskGroup(std::string_view name = "task_group job") : name_(name) {}

  /// tbb::task_group::run() with a job that is a task.
  template <typename Function>
  [[gnu::noinline]] void run(Function&& function) {
    tbb::task_group::run(Job(__builtin_return_address(0), std::forward<Function>(function)));
  }
  /// The same with what defer() returned.
  void run(tbb::task_handle&& deferred) { tbb::task_group::run(std::move(deferred)); }

  /// tbb::task_group::run_and_wait() with a job that is a task.
  template <typename Function>
  [[gnu::noinline]] tbb::task_group_status run_and_wait(const Function& function) {
    return tbb::task_group::run_and_wait(Job(__builtin_return_address(0), function));
  }
  /// The same with what defer() returned.
  tbb::task_group_status run_and_wait(tbb::task_handle&& deferred) {
    return tbb::task_group::run_and_wait(std::move(deferred));
  }

  /// tbb::task_group::defer() with a job that is a task, from now on.
  template <typename Function>
  [[nodiscard, gnu::noinline]] tbb::task_handle defer(Function&& function) {
    return tbb::task_group::defer(
        Job(__builtin_return_address(0), std::forward<Function>(function)));
  }

 private:
  template <typename Function>
  TbbJob<std::decay_t<Function>> Job(const void* site, Function&& function) const {
    return TbbJob<std::decay_t<Function>>(
        TrackedJob<std::decay_t<Function>>(Task(name_, site), std::forward<Function>(function)));
  }

  std::string_view name_;
};

/// A tbb::task_arena whose enqueued jobs are tasks. What is executed in it by waiting for it is
/// not, since the thread that waits shows it.
///
/// Example:
///   taskleak::TbbTaskArena arena(2);
///   arena.enqueue([] { Resize("cat.png"); });
class TbbTaskArena : public tbb::task_arena {
 public:
  using tbb::task_arena::task_arena;

  /// tbb::task_arena::enqueue() with a job that is a task.
  template <typename Function>
  [[gnu::noinline]] void enqueue(Function&& function) {
    tbb::task_arena::enqueue(TbbJob<std::decay_t<Function>>(TrackedJob<std::decay_t<Function>>(
        Task("task_arena job", __builtin_return_address(0)), std::forward<Function>(function))));
  }
  /// The same with what TbbTaskGroup::defer() returned.
  void enqueue(tbb::task_handle&& deferred) { tbb::task_arena::enqueue(std::move(deferred)); }
};

}  // namespace taskleak

#endif  // TASKLEAK_TBB_H_
