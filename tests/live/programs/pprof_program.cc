// pprof_program FOLDER: leaves threads and tasks, and writes profiles of them: before.pb.gz, and
// with four more threads after.pb.gz.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "live/waiting_capture.h"
#include "support/threads.h"
#include "taskleak/live/pprof.h"
#include "taskleak/task.h"

namespace {

[[gnu::noinline]] void StartPool(int count) {
  for (int i = 0; i < count; ++i) LeaveThread("pool-worker");
}

[[gnu::noinline]] taskleak::Task QueueJob() { return taskleak::Task("job"); }

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[1];
  StartPool(8);
  std::vector<taskleak::Task> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(QueueJob());
  std::ofstream(folder + "/before.pb.gz")
      << taskleak::live::ToPprof(*taskleak::live::CaptureWaiting(8));
  StartPool(4);
  std::ofstream(folder + "/after.pb.gz")
      << taskleak::live::ToPprof(*taskleak::live::CaptureWaiting(12));
  std::_Exit(0);
}
