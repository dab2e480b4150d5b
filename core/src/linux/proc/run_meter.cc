#include "linux/proc/run_meter.h"

#include <unistd.h>

#include <array>

#include "linux/proc/proc_file.h"
#include "linux/proc/task_directory.h"
#include "linux/proc/thread_lines.h"

namespace taskleak::platform {

RunMeter::RunMeter(int tid) : tid_(tid), schedstat_(OpenTaskFile(tid, "schedstat").value_or(-1)) {}

RunMeter::~RunMeter() { Release(); }

bool RunMeter::Release() {
  if (schedstat_ < 0) return false;
  close(schedstat_);
  schedstat_ = -1;
  return true;
}

Result<RunCount> RunMeter::Read() {
  std::array<char, 128> buffer;
  const auto text = ReadOpenProcFile(schedstat_, buffer.data(), buffer.size());
  const auto count = text ? ParseSchedstat(*text) : std::nullopt;
  from_schedstat_ = count.has_value();
  return count ? Result<RunCount>(*count) : ReadRunCount(tid_);
}

bool RunMeter::HasNotRun(const Position& since) {
  const bool is_there = from_schedstat_ || ReadBlockedAt(tid_) == since.at;
  return is_there && Read() == since.run;
}

}  // namespace taskleak::platform
