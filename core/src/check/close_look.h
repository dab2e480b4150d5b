// Looks closely at stragglers, and finds out everything about each.
#ifndef TASKLEAK_SRC_CHECK_CLOSE_LOOK_H_
#define TASKLEAK_SRC_CHECK_CLOSE_LOOK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "alive/straggler.h"
#include "explain/inspect.h"
#include "explain/inspect_task.h"
#include "explain/wait_graph.h"
#include "linux/look/stack_reader.h"
#include "registry/thread_birth.h"
#include "rules/suppression_round.h"

namespace taskleak::check {

/// Makes findings, for one look at some stragglers. Not thread-safe.
class Inspectors {
 public:
  /// Prepares to inspect `stragglers`; `system_lines` and `signals` as for explain::TaskInspector.
  Inspectors(const alive::Stragglers& stragglers, bool system_lines, platform::Signals signals);
  Inspectors(const Inspectors&) = delete;
  Inspectors& operator=(const Inspectors&) = delete;

  [[nodiscard]] explain::Inspector& threads() { return threads_; }

  /// Describes a straggler that is not a live thread. Nothing if it is gone: the thread was joined,
  /// the task has ended, the process was waited for.
  [[nodiscard]] std::optional<explain::Finding> Inspect(const alive::UnjoinedThread& thread);
  [[nodiscard]] std::optional<explain::Finding> Inspect(const alive::LiveTask& task);
  [[nodiscard]] std::optional<explain::Finding> Inspect(const platform::ChildProcess& child);

  /// Searches memory for coroutines that nothing else shows.
  [[nodiscard]] std::vector<explain::Finding> FindUnverified();

  /// Returns the circles of coroutines that await each other, and marks their findings.
  [[nodiscard]] std::vector<explain::FoundDeadlock> FindTaskCircles(
      std::vector<explain::Finding>& findings) const;

 private:
  const std::map<std::uint64_t, registry::ThreadRecord> unjoined_;  // by serial
  const explain::TaskRecords task_records_;
  explain::Inspector threads_;
  explain::TaskInspector tasks_;
  explain::TaskRecords unverified_records_;
  explain::TaskInspector unverified_;
};

/// Looks at the threads among some stragglers, one after the other. Reads several threads of
/// another process together. Not thread-safe.
class ThreadLooks {
 public:
  explicit ThreadLooks(const alive::Stragglers& stragglers);

  /// Returns a look at the next thread, which `thread` must be.
  platform::ThreadLook Next(const alive::LiveThread& thread);

 private:
  void ReadAhead();

  std::vector<int> tids_;  // of another process
  std::size_t next_ = 0;
  std::vector<platform::ThreadLook> ahead_;  // at those before next_, the last one first
};

/// Holds what a close look shows.
struct CloseLook {
  std::unique_ptr<Inspectors> inspectors;  ///< these own the findings' stacks
  std::vector<explain::Finding> findings{};
  /// Units that have ended meanwhile, and may therefore have a successor or wait for a join, and
  /// units in transit.
  alive::Stragglers unsettled{};
  std::set<int> hidden{};  ///< errnos with which the kernel refused to show where threads are
  std::vector<rules::SuppressionRemark> remarks{};  ///< on rules that hide none of the findings
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_CLOSE_LOOK_H_
