// Calls that wait for time to pass, for a signal or for another process.
#include <pthread.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

#include "capture/calls.h"

namespace taskleak::capture {

// Each of them sleeps because that is the call to be seen through.
void AddSleeping(Calls& calls) {
  Add(calls, "nanosleep", {SYS_nanosleep, SYS_clock_nanosleep},
      [] { return LastsItsTime([] { return nanosleep(&kTime, nullptr) == 0; }); });
  Add(calls, "clock_nanosleep until", {SYS_clock_nanosleep}, [] {
    return LastsItsTime([] {
      const timespec until = Later(CLOCK_MONOTONIC);
      return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == 0;
    });
  });
  Add(calls, "usleep", {SYS_nanosleep, SYS_clock_nanosleep},
      [] { return LastsItsTime([] { return usleep(kSeconds * 1'000'000) == 0; }); });
  Add(calls, "sleep", {SYS_nanosleep, SYS_clock_nanosleep},
      [] { return LastsItsTime([] { return sleep(kSeconds) == 0; }); });
  Add(calls, "sleep_for", {SYS_nanosleep, SYS_clock_nanosleep}, [] {
    return LastsItsTime([] {
      std::this_thread::sleep_for(std::chrono::seconds(kSeconds));
      return true;
    });
  });
}

void AddSignals(Calls& calls) {
  // The process's threads block these two; the process is sent them.
  const int kAwaited = SIGRTMIN + 1;
  const int kNever = SIGRTMIN + 2;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, kAwaited);
  sigaddset(&set, kNever);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  Add(
      calls, "sigwait", {SYS_rt_sigtimedwait},
      [kAwaited] {
        sigset_t s;
        sigemptyset(&s);
        sigaddset(&s, kAwaited);
        int signal = 0;
        return sigwait(&s, &signal) == 0 && signal == kAwaited;
      },
      [kAwaited] { kill(getpid(), kAwaited); });
  Add(calls, "sigtimedwait", {SYS_rt_sigtimedwait}, [kNever] {
    return LastsItsTime([kNever] {
      sigset_t s;
      sigemptyset(&s);
      sigaddset(&s, kNever);
      return sigtimedwait(&s, nullptr, &kTime) == -1 && errno == EAGAIN;
    });
  });
  static std::atomic<bool> released{false};
  static std::atomic<pthread_t> thread{};
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  Add(
      calls, "pause", {SYS_pause},
      [] {
        thread = pthread_self();
        return pause() == -1 && released;
      },
      [] {
        released = true;
        pthread_kill(thread, SIGUSR1);
      });
}

void AddProcesses(Calls& calls) {
  const auto pipe = std::make_shared<Pipe>();
  const pid_t child = fork();
  if (child == 0) {
    char c = 0;
    _exit(read(pipe->in(), &c, 1) == 1 ? 7 : 8);
  }
  Add(
      calls, "waitpid", {SYS_wait4},
      [child] {
        int status = 0;
        return waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7;
      },
      [pipe] { pipe->Put(); });
  struct Message {
    long type;
    char text[1];
  };
  const int queue = msgget(IPC_PRIVATE, 0600);
  Add(
      calls, "msgrcv", {SYS_msgrcv},
      [queue] {
        Message m{};
        const bool received = msgrcv(queue, &m, 1, 0, 0) == 1;
        msgctl(queue, IPC_RMID, nullptr);
        return received;
      },
      [queue] {
        const Message m{1, {'x'}};
        msgsnd(queue, &m, 1, 0);
      });
  const int semaphores = semget(IPC_PRIVATE, 1, 0600);
  Add(
      calls, "semop", {SYS_semop, SYS_semtimedop},
      [semaphores] {
        sembuf down = {0, -1, 0};
        const bool taken = semop(semaphores, &down, 1) == 0;
        semctl(semaphores, 0, IPC_RMID);
        return taken;
      },
      [semaphores] {
        sembuf up = {0, 1, 0};
        semop(semaphores, &up, 1);
      });
}

}  // namespace taskleak::capture
