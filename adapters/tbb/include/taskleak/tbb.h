// Turns the jobs of oneTBB's task groups and arenas into tasks.
#ifndef TASKLEAK_TBB_H_
#define TASKLEAK_TBB_H_

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#include <oneapi/tbb/version.h>

#include <string_view>
#include <type_traits>
#include <utility>

#include "taskleak/task.h"

/// Is true if this oneTBB has tbb::task_handle, as every version from 2021.6 on has.
#define TASKLEAK_TBB_HAS_TASK_HANDLE (TBB_INTERFACE_VERSION >= 12060)

namespace taskleak {

/// Wraps a job so that oneTBB can store it, which calls stored functions as constants.
template <typename Function>
class TbbJob {
 public:
  /// Wraps `job`; made by TbbTracked().
  explicit TbbJob(TrackedJob<Function> job) : job_(std::move(job)) {}
  /// Calls the function and ends the task.
  decltype(auto) operator()() const { return job_(); }

 private:
  mutable TrackedJob<Function> job_;
};

/// Returns `function` as a job that is reported when oneTBB never calls it or it does not return.
/// Use it with any function of oneTBB that stores a function.
///
/// Example:
///   tbb::this_task_arena::enqueue(taskleak::TbbTracked("thumbnail", [=] { Shrink(image); }));
template <typename Function>
[[nodiscard, gnu::noinline]] TbbJob<std::decay_t<Function>> TbbTracked(std::string_view name,
                                                                       Function&& function) {
  return TbbJob<std::decay_t<Function>>(TrackedJob<std::decay_t<Function>>(
      Task(name, __builtin_return_address(0)), std::forward<Function>(function)));
}

/// Turns the jobs of a tbb::task_group into tasks: queued until a thread takes them, running until
/// they return, and gone when the group is cancelled. As thread-safe as a tbb::task_group.
///
/// Example:
///   taskleak::TbbTaskGroup group;
///   group.run([] { Resize("cat.png"); });
///   group.wait();
class TbbTaskGroup : public tbb::task_group {
 public:
  /// Makes a group with tasks that are named `name`. The name must outlive the group, as a literal
  /// does.
  explicit TbbTaskGroup(std::string_view name = "task_group job") : name_(name) {}

  /// Calls tbb::task_group::run() with a job that is a task.
  template <typename Function>
  [[gnu::noinline]] void run(Function&& function) {
    tbb::task_group::run(Job(__builtin_return_address(0), std::forward<Function>(function)));
  }

  /// Calls tbb::task_group::run_and_wait() with a job that is a task.
  template <typename Function>
  [[gnu::noinline]] tbb::task_group_status run_and_wait(const Function& function) {
    return tbb::task_group::run_and_wait(Job(__builtin_return_address(0), function));
  }

#if TASKLEAK_TBB_HAS_TASK_HANDLE
  /// Calls tbb::task_group::run() with a result of defer().
  void run(tbb::task_handle&& deferred) { tbb::task_group::run(std::move(deferred)); }
  /// Calls tbb::task_group::run_and_wait() with a result of defer().
  tbb::task_group_status run_and_wait(tbb::task_handle&& deferred) {
    return tbb::task_group::run_and_wait(std::move(deferred));
  }

  /// Calls tbb::task_group::defer() with a job that is a task from now on.
  template <typename Function>
  [[nodiscard, gnu::noinline]] tbb::task_handle defer(Function&& function) {
    return tbb::task_group::defer(
        Job(__builtin_return_address(0), std::forward<Function>(function)));
  }
#endif

 private:
  template <typename Function>
  TbbJob<std::decay_t<Function>> Job(const void* site, Function&& function) const {
    return TbbJob<std::decay_t<Function>>(
        TrackedJob<std::decay_t<Function>>(Task(name_, site), std::forward<Function>(function)));
  }

  std::string_view name_;
};

/// Turns the enqueued jobs of a tbb::task_arena into tasks. Work of execute() is not a task; the
/// thread that waits for it shows it.
///
/// Example:
///   taskleak::TbbTaskArena arena(2);
///   arena.enqueue([] { Resize("cat.png"); });
class TbbTaskArena : public tbb::task_arena {
 public:
  using tbb::task_arena::task_arena;

  /// Calls tbb::task_arena::enqueue() with a job that is a task.
  template <typename Function>
  [[gnu::noinline]] void enqueue(Function&& function) {
    tbb::task_arena::enqueue(TbbJob<std::decay_t<Function>>(TrackedJob<std::decay_t<Function>>(
        Task("task_arena job", __builtin_return_address(0)), std::forward<Function>(function))));
  }
#if TASKLEAK_TBB_HAS_TASK_HANDLE
  /// Calls tbb::task_arena::enqueue() with a result of TbbTaskGroup::defer().
  void enqueue(tbb::task_handle&& deferred) { tbb::task_arena::enqueue(std::move(deferred)); }
#endif
};

}  // namespace taskleak

#endif  // TASKLEAK_TBB_H_
