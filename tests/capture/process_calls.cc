// Calls that wait for time to pass, for a signal or for another process.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "capture/calls.h"
#include "support/libc_calls.h"

namespace taskleak::capture {

// Each of them sleeps because the sleeping call itself is tested.
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
  // All threads of the process block these two signals, which are sent to the process.
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
      calls, "pause", {kCallOfPause},
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
  LastHasNoFrame(calls);
}

namespace {

std::string MakeFifo() {
  std::string folder = "/tmp/taskleak-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  std::string path = folder + "/fifo";
  if (mkfifo(path.c_str(), 0600) != 0) std::abort();
  return path;
}

// Releases a child that opens the FIFO to read, and removes the FIFO.
void Feed(const std::string& fifo) {
  close(open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
  std::filesystem::remove_all(std::filesystem::path(fifo).parent_path());
}

bool EndsWithZero(pid_t child) {
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

// The child waits in a file action, before it executes anything.
bool Spawn(const std::string& fifo) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, fifo.c_str(), O_RDONLY, 0);
  char program[] = "/bin/true";
  char* const arguments[] = {program, nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 && EndsWithZero(child);
}

int ReadOne(void* pipe) {
  char c = 0;
  return read(static_cast<Pipe*>(pipe)->in(), &c, 1) == 1 ? 0 : 1;
}

}  // namespace

// The parent waits until its child executes another program or ends.
void AddVforks(Calls& calls) {
  const auto vfork_pipe = std::make_shared<Pipe>();
  Add(
      calls, "vfork", {kCallOfVfork},
      [vfork_pipe] {
        const pid_t child = vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
        // NOLINTNEXTLINE(clang-analyzer-unix.Vfork): it shares the stack to be read
        if (child == 0) _exit(ReadOne(vfork_pipe.get()));
        return EndsWithZero(child);
      },
      [vfork_pipe] { vfork_pipe->Put(); });
  LastHasNoFrame(calls);
  const std::string fifo = MakeFifo();
  Add(
      calls, "posix_spawn", {SYS_clone3, SYS_clone}, [fifo] { return Spawn(fifo); },
      [fifo] { Feed(fifo); });
  const auto clone_pipe = std::make_shared<Pipe>();
  const auto stack = std::make_shared<std::array<char, 65536>>();
  Add(
      calls, "clone", {SYS_clone},
      [clone_pipe, stack] {
        return EndsWithZero(clone(ReadOne, stack->data() + stack->size(),
                                  CLONE_VM | CLONE_VFORK | SIGCHLD, clone_pipe.get()));
      },
      [clone_pipe] { clone_pipe->Put(); });
  LastHasNoFrame(calls);
}

}  // namespace taskleak::capture
