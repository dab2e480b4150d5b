// Finds out whether one thread runs.
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
  /// an equal count is enough. Without schedstat, a run is counted at its end, so the thread must
  /// also be where it was.
  bool HasNotRun(const Position& since);

  /// Closes the file, and opens it for each reading from now on. Returns false if it is not open.
  bool Release();

 private:
  int tid_;
  int schedstat_;
  bool from_schedstat_ = false;  // what was read last
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_RUN_METER_H_
