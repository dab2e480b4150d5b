// Tasks that are created around a fork, by handlers of pthread_atfork(3) and by other threads.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "taskleak/task.h"

namespace taskleak {
namespace {

// Runs `program` in a process of its own, since handlers stay registered. Returns its status, which
// is that of a signal if it does not come to an end.
int StatusOf(void (*program)()) {
  constexpr unsigned kSeconds = 10;
  const pid_t child = fork();
  if (child == 0) {
    alarm(kSeconds);
    program();
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

void ForkOnce() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  int status = -1;
  waitpid(child, &status, 0);
  if (status != 0) _exit(1);
}

// More than a thread keeps the memory of.
void CreateTasks() {
  constexpr int kTasks = 200;
  std::vector<Task> tasks;
  for (int i = 0; i < kTasks; ++i) tasks.emplace_back("job");
}

TEST(ForkTest, HandlersMayCreateTasks) {
  EXPECT_EQ(StatusOf([] {
              pthread_atfork(CreateTasks, CreateTasks, CreateTasks);
              const Task first("first");
              ForkOnce();
            }),
            0);
}

// A library that locks its mutex around a fork, as glibc's manual advises.
std::mutex g_mutex;
std::atomic<bool> g_is_locked{false};
std::atomic<bool> g_forks{false};

void LockLibrary() {
  g_forks = true;
  g_forks.notify_all();
  g_mutex.lock();
}
void UnlockLibrary() { g_mutex.unlock(); }

void CreateTasksDuringAFork() {
  const std::lock_guard lock(g_mutex);
  g_is_locked = true;
  g_is_locked.notify_all();
  g_forks.wait(false);
  CreateTasks();
}

TEST(ForkTest, AThreadMayCreateTasksUnderALockThatAHandlerWaitsFor) {
  EXPECT_EQ(StatusOf([] {
              pthread_atfork(LockLibrary, UnlockLibrary, UnlockLibrary);
              { const Task first("first"); }
              std::thread worker(CreateTasksDuringAFork);
              g_is_locked.wait(false);
              ForkOnce();
              worker.join();
            }),
            0);
}

}  // namespace
}  // namespace taskleak
