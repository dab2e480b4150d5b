// Turns Asio's work guards into tasks: they keep a context running that has nothing to do.
#ifndef TASKLEAK_ASIO_WORK_GUARD_H_
#define TASKLEAK_ASIO_WORK_GUARD_H_

#include <optional>
#include <utility>

#include "taskleak/internal/async_operation.h"
#include "taskleak/task.h"

namespace taskleak::internal {

/// Is an executor_work_guard (Networking TS, [async.exec.work.guard]) that is a task while it owns
/// work.
template <typename Executor>
class AsioWorkGuard {
 public:
  using executor_type = Executor;

  explicit AsioWorkGuard(const Executor& executor) noexcept : executor_(executor) { Begin(); }
  AsioWorkGuard(const AsioWorkGuard& other) noexcept : executor_(other.executor_) {
    if (other.owns_work()) Begin();
  }
  AsioWorkGuard(AsioWorkGuard&& other) noexcept
      : executor_(std::move(other.executor_)), task_(std::move(other.task_)) {
    other.task_.reset();
  }
  AsioWorkGuard& operator=(const AsioWorkGuard&) = delete;
  ~AsioWorkGuard() { reset(); }

  Executor get_executor() const noexcept { return executor_; }
  bool owns_work() const noexcept { return task_.has_value(); }
  void reset() noexcept {
    if (!task_) return;
    executor_.on_work_finished();
    task_.reset();
  }

 private:
  void Begin() {
    executor_.on_work_started();
    Operation kept;
    kept.name = "work guard";
    kept.state = WaitState::kOther;
    kept.what = "keeps its context running with nothing to do";
    kept.hint = "reset it, or let it end before the test does";
    task_.emplace(BeginOperation(kept));
  }

  Executor executor_;
  std::optional<Task> task_;  // while it owns work
};

/// Is always true; depends on its argument so that it can be a constraint.
template <typename>
inline constexpr bool kAsioIsTracked = true;

}  // namespace taskleak::internal

#endif  // TASKLEAK_ASIO_WORK_GUARD_H_
