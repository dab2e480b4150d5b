// stuck_service asleep|handled|busy|deadlock|stall: a service with the endpoint and a watch, which
// prints its port and then does what its argument says. It must be killed.
//   asleep: its only threads wait for each other.
//   handled: the same, but it has a handler for SIGTERM.
//   busy: beside them, a thread waits for input.
//   deadlock: two threads wait for each other's lock.
//   stall: a job of a pool waits for a lock for ever, now and then a short one runs.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include "support/deadlock.h"
#include "taskleak/live/server.h"
#include "taskleak/live/watch.h"
#include "taskleak/task.h"

namespace {

using std::chrono::milliseconds;

[[gnu::noinline]] void AwaitJob() {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return false; });
}

[[gnu::noinline]] void AskDatabase(std::mutex& connection) {
  const std::lock_guard lock(connection);
}

void Sleep(const std::string& how) {
  if (how == "handled") signal(SIGTERM, [](int) {});
  std::thread worker(AwaitJob);
  pthread_setname_np(worker.native_handle(), "worker");
  if (how == "busy") {
    char byte = 0;
    while (read(STDIN_FILENO, &byte, 1) >= 0) {
    }
  }
  worker.join();
}

void Stall() {
  std::mutex connection;
  connection.lock();
  std::thread blocked([&] { taskleak::Tracked("query", [&] { AskDatabase(connection); })(); });
  for (;;) {
    taskleak::Tracked("ping", [] {})();
    std::this_thread::sleep_for(milliseconds(1));
  }
}

}  // namespace

int main(int, char** arguments) {
  const std::string how = arguments[1];
  taskleak::live::WatchOptions options;
  options.period = milliseconds(20);
  options.rules = {taskleak::live::StuckRule(), taskleak::live::StallRule{milliseconds(100)}};
  if (how == "stall") {
    options.on_alarm = [](const taskleak::live::Alarm& alarm) {
      std::cout << alarm.reason << ": " << alarm.text << std::endl;
    };
  }
  const taskleak::live::Watch watch(options);
  const taskleak::live::Server server;
  std::cout << server.port() << std::endl;
  if (how == "deadlock") Deadlock();
  if (how == "stall") Stall();
  Sleep(how);
}
