// Whether one thread runs.
#ifndef TASKLEAK_SRC_LINUX_PROC_RUN_METER_H_
#define TASKLEAK_SRC_LINUX_PROC_RUN_METER_H_

#include "base/result.h"
#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// Reads how much a thread has run, again and again, from one open file. Not thread-safe.
class RunMeter {
 public:
  explicit RunMeter(int tid);
  ~RunMeter();
  RunMeter(const RunMeter&) = delete;
  RunMeter& operator=(const RunMeter&) = delete;

  /// Returns what ReadRunCount() does.
  Result<RunCount> Read();

  /// Returns true if a thread that was blocked at `since` has not run from then on. schedstat
  /// counts a run when the thread gets a processor (sched_info_arrive in kernel/sched/stats.h), so
  /// an equal count is enough there. What is read in its place counts a run at its end: then the
  /// thread must also be seen where it was.
  bool HasNotRun(const Position& since);

 private:
  int tid_;
  int schedstat_;
  bool counts_begins_ = false;  // whether what was read last is from there
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_RUN_METER_H_
