// Waits until another thread is blocked in a system call.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_AWAIT_CALL_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_AWAIT_CALL_H_

#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

namespace corpus {

/// Returns once the thread `tid` of this process is blocked in the system call `number`
/// (proc_pid_syscall(5): the file's first word).
inline void AwaitCall(pid_t tid, long number) {
  const std::string path = "/proc/self/task/" + std::to_string(tid) + "/syscall";
  for (;;) {
    std::string first;
    std::ifstream(path) >> first;
    if (first == std::to_string(number)) return;
    std::this_thread::yield();
  }
}

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_AWAIT_CALL_H_
