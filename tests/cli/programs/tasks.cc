// A process with registered tasks, to be looked at from outside. It ends when its standard input
// ends.
#include <taskleak/task.h>
#include <unistd.h>

#include <latch>
#include <thread>

namespace {

taskleak::Task MakeJob() { return taskleak::Task("queued job"); }

void RunJob(std::latch& running) {
  const taskleak::Task job("running job");
  const taskleak::Task::Run run(job);
  running.count_down();
  for (;;) pause();
}

}  // namespace

int main() {
  std::latch running(1);
  [[maybe_unused]] const taskleak::Task queued = MakeJob();
  taskleak::Task session("session");
  session.SetWaiting("for the reply of 10.0.0.1");
  std::thread(RunJob, std::ref(running)).detach();
  running.wait();
  char byte = 0;
  static_cast<void>(!read(STDIN_FILENO, &byte, 1));
  _exit(0);
}
