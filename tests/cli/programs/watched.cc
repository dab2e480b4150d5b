// A program without a test framework or plugin, for `taskleak run` to watch. Its first argument
// says what it does.
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "support/deadlock.h"

namespace {

/// A pool of one thread that its destructor stops.
class Pool {
 public:
  Pool() {
    if (pipe(pipe_) != 0) std::abort();
    thread_ = std::thread([this] {
      char byte = 0;
      while (read(pipe_[0], &byte, 1) < 0) {
      }
    });
  }
  ~Pool() {
    close(pipe_[1]);
    thread_.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

 private:
  int pipe_[2] = {-1, -1};
  std::thread thread_;
};

Pool& StaticPool() {
  static Pool pool;
  return pool;
}

void LeakThread() {
  std::thread([] {
    pthread_setname_np(pthread_self(), "left-alone");
    for (;;) pause();
  }).detach();
}

void Fork() {
  const pid_t child = fork();
  if (child == 0) {
    LeakThread();
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

// A server that a handler of SIGTERM stops, with nothing to do meanwhile.
void Serve() {
  static sem_t stop;
  sem_init(&stop, 0, 0);
  std::signal(SIGTERM, [](int) { sem_post(&stop); });
  while (sem_wait(&stop) != 0) {
  }
}

}  // namespace

int main(int, char** arguments) {
  const std::string what = arguments[1] == nullptr ? "clean" : arguments[1];
  std::printf("output of %s",
              what.c_str());  // an unfinished line, which is still in the buffer at the end
  if (what == "leak" || what == "leak-and-fail") LeakThread();
  if (what == "leak-and-exit") {
    LeakThread();
    std::exit(0);
  }
  if (what == "static-pool") StaticPool();
  if (what == "deadlock") Deadlock();
  if (what == "wait-for-nobody") {
    std::promise<void> promise;
    promise.get_future().wait();
  }
  if (what == "serve") Serve();
  if (what == "sleep") std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  if (what == "unjoined") new std::thread([] {});
  if (what == "_exit") _exit(0);
  if (what == "abort") std::abort();
  if (what == "fork") Fork();
  if (what == "spawn") {
    std::fflush(nullptr);
    return std::system((std::string(arguments[0]) + " leak").c_str()) == -1 ? 1 : 0;
  }
  return what == "fail" || what == "leak-and-fail" ? 7 : 0;
}
