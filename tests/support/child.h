// Child processes of a test.
#ifndef TASKLEAK_TESTS_SUPPORT_CHILD_H_
#define TASKLEAK_TESTS_SUPPORT_CHILD_H_

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace taskleak::testing {

/// Ends a child process and waits for it.
inline void EndChild(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

/// Waits until the child has ended, and leaves its result for others to wait for.
inline void AwaitEnd(pid_t child) {
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
}

/// Forks a child that lives until it is ended, at the latest by the destructor.
class LivingChild {
 public:
  LivingChild() : pid_(fork()) {
    while (pid_ == 0) pause();
  }
  ~LivingChild() { EndChild(pid_); }
  LivingChild(const LivingChild&) = delete;
  LivingChild& operator=(const LivingChild&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_CHILD_H_
