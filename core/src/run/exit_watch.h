// Notices a test that ends the process, which would hide its leaks: the check never comes.
#ifndef TASKLEAK_SRC_RUN_EXIT_WATCH_H_
#define TASKLEAK_SRC_RUN_EXIT_WATCH_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "taskleak/options.h"
#include "taskleak/test_run.h"

namespace taskleak::run {

/// Watches for exit(3) and quick_exit(3) by handlers; the hooks report _exit(2) to it
/// (taskleak/internal/process_end.h). While a scope is under way, the end of the process is
/// printed, written to the JSON report, passed on to the framework and, unless on_leak=warn, makes
/// the exit code 1. Forked children may end as they like. One at a time; called by one thread.
class ExitWatch {
 public:
  /// Begins to watch. `options` include the changes from the environment, and must outlive this
  /// object.
  ExitWatch(const Options& options, TestRun::ExitHandler on_exit);
  ~ExitWatch();
  ExitWatch(const ExitWatch&) = delete;
  ExitWatch& operator=(const ExitWatch&) = delete;

  /// Lets the process end whenever it likes.
  void Allow();
  /// Records that `scope` is under way from now on.
  void Begin(std::string_view scope);
  /// Records that nothing is under way.
  void End();

 private:
  const pid_t process_;  // read once, since that takes a system call
  bool allowed_;
  const Options& options_;
  TestRun::ExitHandler on_exit_;

  static void AtExit();
  static void AtQuickExit();
  static bool ReportEnd(std::string_view call);
};

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_EXIT_WATCH_H_
