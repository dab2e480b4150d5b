// fleet_member FOLDER NAME WORKERS JOBS: a process with WORKERS threads that wait and JOBS tasks
// that are blocked. It dumps itself to NAME.json and NAME.pb.gz, and writes a recording of itself.
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "file_store.h"
#include "live/waiting_capture.h"
#include "recording.h"
#include "taskleak/live/formats.h"
#include "taskleak/live/pprof.h"
#include "taskleak/task.h"

namespace {

std::mutex g_mutex;
std::condition_variable g_never;

[[gnu::noinline]] void StartPool(int count) {
  for (int i = 0; i < count; ++i) {
    std::thread([] {
      std::unique_lock lock(g_mutex);
      g_never.wait(lock, [] { return false; });
    }).detach();
  }
}

[[gnu::noinline]] taskleak::Task Subscribe() {
  taskleak::Task task("subscription");
  task.SetWaiting("a message");
  return task;
}

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[1];
  const std::string name = arguments[2];
  const int workers = std::atoi(arguments[3]);
  StartPool(workers);
  const int waiting = std::atoi(arguments[4]);
  std::vector<taskleak::Task> jobs;
  jobs.reserve(static_cast<std::size_t>(waiting));
  for (int i = 0; i < waiting; ++i) jobs.push_back(Subscribe());
  const auto capture = taskleak::live::CaptureWaiting(static_cast<std::size_t>(workers));
  std::ofstream(folder + "/" + name + ".json") << taskleak::live::ToJson(*capture);
  std::ofstream(folder + "/" + name + ".pb.gz") << taskleak::live::ToPprof(*capture);
  taskleak::live::FileOptions options;
  options.folder = folder;
  options.name = name;
  taskleak::live::FileStore files(options);
  taskleak::live::Recording recording;
  const bool failed = !recording.Finish(files).empty();
  std::_Exit(failed ? 1 : 0);
}
