// The JSON report of a whole run.
#ifndef TASKLEAK_SRC_REPORT_REPORT_FILE_H_
#define TASKLEAK_SRC_REPORT_REPORT_FILE_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "report/json_report.h"
#include "taskleak/leak.h"

namespace taskleak::report {

/// Returns the path of the report of process `pid`: `%p` in `path` becomes the process id. In a
/// directory (an existing one, or a path that ends in '/') it is the file "taskleak-<pid>.json".
std::string ReportPath(const std::string& path, pid_t pid);

/// Collects the findings of a run, and writes the whole document after each leak and at the end.
/// Each write goes to a temporary file beside the report, which then replaces the report. So a
/// reader always finds a whole document or none, also after a crash.
///
/// A forked child starts with an empty collection, and writes only if its path is not its parent's.
/// Thread-safe.
class ReportFile {
 public:
  /// Begins an empty collection. A relative path begins in the folder in which the process started
  /// to use taskleak.
  explicit ReportFile(const std::string& path);

  /// Tests whether the file can be written, and leaves nothing behind. Returns why not, or an empty
  /// text.
  std::string CheckWritable();

  /// Makes the folder of the file, which code that cannot make one may also write to: the report of
  /// a hang. Returns why that failed, or an empty text.
  std::string MakeFolder();

  /// Records that `scope` was looked at just now.
  void TestChecked(std::string_view scope);

  /// Adds a report and writes the file. Returns why that failed, or an empty text.
  std::string Add(const LeakReport& report);

  /// Writes the file, even if there was no leak. Returns why that failed, or an empty text.
  std::string Finish();

 private:
  void StartAnewAfterFork() TASKLEAK_REQUIRES(mutex_);
  std::string Target() const TASKLEAK_REQUIRES(mutex_);
  std::string Write() TASKLEAK_REQUIRES(mutex_);
  static std::string MakeFolderOf(const std::string& target);
  std::string Replace(const std::string& target, bool keep) TASKLEAK_REQUIRES(mutex_);

  const std::string path_;
  const std::string first_target_;
  const pid_t first_pid_;
  Mutex mutex_;
  pid_t pid_ TASKLEAK_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point started_ TASKLEAK_GUARDED_BY(mutex_);
  std::vector<CheckedScope> checked_ TASKLEAK_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::size_t> checked_index_ TASKLEAK_GUARDED_BY(mutex_);
  std::vector<LeakReport> reports_ TASKLEAK_GUARDED_BY(mutex_);
};

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_REPORT_FILE_H_
