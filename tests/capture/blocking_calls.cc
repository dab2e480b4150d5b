#include "capture/blocking_calls.h"

#include <alloca.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <latch>
#include <memory>
#include <semaphore>
#include <thread>
#include <utility>

namespace taskleak::capture {
namespace {

using Calls = std::vector<BlockingCall>;
using std::chrono::steady_clock;
constexpr int kSeconds = 4;
constexpr timespec kTime = {kSeconds, 0};

void Add(Calls& calls, const char* name, std::vector<long> numbers, std::function<bool()> block,
         std::function<void()> release = nullptr) {
  calls.push_back({name, std::move(numbers), std::move(block), std::move(release)});
}

// What must hold of calls that sleep: nothing else ends them early.
bool LastsItsTime(const std::function<bool()>& call) {
  const auto start = steady_clock::now();
  return call() && steady_clock::now() - start >= std::chrono::milliseconds(kSeconds * 1000 - 1);
}

timespec Later(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  now.tv_sec += kSeconds;
  return now;
}

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  }
  [[nodiscard]] int in() const { return ends[0]; }
  void Put() const {
    if (write(ends[1], "x", 1) != 1) std::abort();
  }
  std::array<int, 2> ends{};
};

void AddPolling(Calls& calls) {
  const auto pipe = std::make_shared<Pipe>();  // readable once released: all end together
  const auto put = [pipe] { pipe->Put(); };
  const int fd = pipe->in();
  Add(
      calls, "poll", {SYS_poll},
      [fd] {
        pollfd p{fd, POLLIN, 0};
        return poll(&p, 1, -1) == 1;
      },
      put);
  Add(calls, "poll with timeout", {SYS_poll},
      [] { return LastsItsTime([] { return poll(nullptr, 0, kSeconds * 1000) == 0; }); });
  Add(
      calls, "ppoll", {SYS_ppoll},
      [fd] {
        pollfd p{fd, POLLIN, 0};
        return ppoll(&p, 1, nullptr, nullptr) == 1;
      },
      put);
  const auto set = [fd] {
    fd_set s;
    FD_ZERO(&s);
    FD_SET(fd, &s);
    return s;
  };
  Add(
      calls, "select", {SYS_select, SYS_pselect6},
      [fd, set] {
        fd_set s = set();
        return select(fd + 1, &s, nullptr, nullptr, nullptr) == 1;
      },
      put);
  Add(
      calls, "pselect", {SYS_pselect6},
      [fd, set] {
        fd_set s = set();
        return pselect(fd + 1, &s, nullptr, nullptr, nullptr, nullptr) == 1;
      },
      put);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event interest{};
  interest.events = EPOLLIN;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest) != 0) std::abort();
  Add(
      calls, "epoll_wait", {SYS_epoll_wait},
      [epoll] {
        epoll_event e;
        return epoll_wait(epoll, &e, 1, -1) == 1;
      },
      put);
  const int idle = epoll_create1(EPOLL_CLOEXEC);
  Add(calls, "epoll_wait with timeout", {SYS_epoll_wait}, [idle] {
    return LastsItsTime([idle] {
      epoll_event e;
      return epoll_wait(idle, &e, 1, kSeconds * 1000) == 0;
    });
  });
  Add(
      calls, "epoll_pwait", {SYS_epoll_pwait},
      [epoll] {
        epoll_event e;
        return epoll_pwait(epoll, &e, 1, -1, nullptr) == 1;
      },
      put);
}

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

long Futex(std::atomic<int>* word, int operation, const timespec* timeout, unsigned bits) {
  return syscall(SYS_futex, word, operation, 0, timeout, nullptr, bits);
}

void AddFutex(Calls& calls) {
  static std::atomic<int> word{0};
  Add(
      calls, "futex wait", {SYS_futex},
      [] { return Futex(&word, FUTEX_WAIT_PRIVATE, nullptr, 0) == 0; },
      [] {
        word = 1;
        syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
      });
  static std::atomic<int> idle{0};
  Add(calls, "futex wait with timeout", {SYS_futex}, [] {
    return LastsItsTime(
        [] { return Futex(&idle, FUTEX_WAIT_PRIVATE, &kTime, 0) == -1 && errno == ETIMEDOUT; });
  });
  Add(calls, "futex bitset wait until", {SYS_futex}, [] {
    return LastsItsTime([] {
      const timespec until = Later(CLOCK_MONOTONIC);
      return Futex(&idle, FUTEX_WAIT_BITSET_PRIVATE, &until, FUTEX_BITSET_MATCH_ANY) == -1 &&
             errno == ETIMEDOUT;
    });
  });
}

void AddPosixThreads(Calls& calls) {
  static sem_t semaphore;
  static sem_t idle_semaphore;
  sem_init(&semaphore, 0, 0);
  sem_init(&idle_semaphore, 0, 0);
  Add(
      calls, "sem_wait", {SYS_futex}, [] { return sem_wait(&semaphore) == 0; },
      [] { sem_post(&semaphore); });
  Add(calls, "sem_timedwait", {SYS_futex}, [] {
    return LastsItsTime([] {
      const timespec until = Later(CLOCK_REALTIME);
      return sem_timedwait(&idle_semaphore, &until) == -1 && errno == ETIMEDOUT;
    });
  });
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  Add(
      calls, "pthread_mutex_lock", {SYS_futex},
      [] { return pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0; },
      [] { pthread_mutex_unlock(&mutex); });
  static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
  static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  static bool ready = false;
  static int wakes = 0;
  Add(
      calls, "pthread_cond_wait", {SYS_futex},
      [] {
        pthread_mutex_lock(&guard);
        // NOLINTNEXTLINE(bugprone-infinite-loop): the other thread sets it
        for (; !ready; ++wakes) pthread_cond_wait(&condition, &guard);
        pthread_mutex_unlock(&guard);
        return wakes == 1;
      },
      [] {
        pthread_mutex_lock(&guard);
        ready = true;
        pthread_cond_signal(&condition);
        pthread_mutex_unlock(&guard);
      });
  static pthread_mutex_t idle_guard = PTHREAD_MUTEX_INITIALIZER;
  static pthread_cond_t idle_condition = PTHREAD_COND_INITIALIZER;
  Add(calls, "pthread_cond_timedwait", {SYS_futex}, [] {
    return LastsItsTime([] {
      const timespec until = Later(CLOCK_REALTIME);
      pthread_mutex_lock(&idle_guard);
      const int result = pthread_cond_timedwait(&idle_condition, &idle_guard, &until);
      pthread_mutex_unlock(&idle_guard);
      return result == ETIMEDOUT;
    });
  });
  static Pipe pipe;
  // Created here: a sanitizer blocks on the way through pthread_create as well.
  static pthread_t reader;
  pthread_create(
      &reader, nullptr,
      [](void*) -> void* {
        char c = 0;
        return read(pipe.in(), &c, 1) == 1 ? &pipe : nullptr;
      },
      nullptr);
  Add(
      calls, "pthread_join", {SYS_futex},
      [] {
        void* result = nullptr;
        return pthread_join(reader, &result) == 0 && result == &pipe;
      },
      [] { pipe.Put(); });
}

void AddStandardLibrary(Calls& calls) {
  static std::promise<int> promise;
  static std::promise<int> idle;
  Add(
      calls, "future::wait", {SYS_futex}, [] { return promise.get_future().get() == 1; },
      [] { promise.set_value(1); });
  Add(calls, "future::wait_for", {SYS_futex}, [] {
    return LastsItsTime([] {
      return idle.get_future().wait_for(std::chrono::seconds(kSeconds)) ==
             std::future_status::timeout;
    });
  });
  static std::counting_semaphore<1000> semaphore{0};
  Add(
      calls, "counting_semaphore", {SYS_futex}, [] { return semaphore.acquire(), true; },
      [] { semaphore.release(); });
  static std::latch latch{1};
  Add(
      calls, "latch", {SYS_futex}, [] { return latch.wait(), true; }, [] { latch.count_down(); });
  static std::atomic<int> word{0};
  Add(
      calls, "atomic::wait", {SYS_futex}, [] { return word.wait(0), word == 1; },
      [] {
        word = 1;
        word.notify_one();
      });
}

void AddFiles(Calls& calls) {
  const auto pipe = std::make_shared<Pipe>();
  Add(
      calls, "read from a pipe", {SYS_read},
      [pipe] {
        char c = 0;
        return read(pipe->in(), &c, 1) == 1;
      },
      [pipe] { pipe->Put(); });
  const int event = eventfd(0, EFD_CLOEXEC);
  Add(
      calls, "read from an eventfd", {SYS_read},
      [event] {
        std::uint64_t n = 0;
        return read(event, &n, sizeof n) == sizeof n;
      },
      [event] { eventfd_write(event, 1); });
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  Add(
      calls, "read from a timerfd", {SYS_read},
      [timer] {
        std::uint64_t n = 0;
        return read(timer, &n, sizeof n) == sizeof n && n == 1;
      },
      [timer] {
        const itimerspec soon = {{0, 0}, {0, 1}};
        timerfd_settime(timer, 0, &soon, nullptr);
      });
  const int watch = inotify_init1(IN_CLOEXEC);
  static std::array<char, 32> path = {"/tmp/taskleak-capture-XXXXXX"};
  const int file = mkostemp(path.data(), O_CLOEXEC);
  inotify_add_watch(watch, path.data(), IN_ATTRIB);
  unlink(path.data());  // the link count's change would be the event: it comes before the read
  char drained[512];
  if (read(watch, drained, sizeof drained) <= 0) std::abort();
  Add(
      calls, "read from inotify", {SYS_read},
      [watch] {
        char b[512];
        return read(watch, b, sizeof b) > 0;
      },
      [file] { fchmod(file, 0600); });
  const auto full = std::make_shared<Pipe>();
  Add(
      calls, "write to a full pipe", {SYS_write},
      [full] {
        static std::array<char, 1 << 18> data{};  // larger than a pipe: blocks with a part written
        return write(full->ends[1], data.data(), data.size()) == static_cast<ssize_t>(data.size());
      },
      [full] {
        std::array<char, 1 << 16> sink;
        for (std::size_t left = 1 << 18; left > 0;) {
          left -= static_cast<std::size_t>(read(full->in(), sink.data(), sink.size()));
        }
      });
  const int locked = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  flock(locked, LOCK_EX);
  Add(
      calls, "flock", {SYS_flock},
      [] {
        const int other = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        return flock(other, LOCK_EX) == 0 && close(other) == 0;
      },
      [locked] { flock(locked, LOCK_UN); });
}

void AddSockets(Calls& calls) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 1) != 0)
    std::abort();
  Add(
      calls, "accept", {SYS_accept, SYS_accept4},
      [listener] { return accept(listener, nullptr, nullptr) >= 0; },
      [listener] {
        sockaddr_in to{};
        socklen_t size = sizeof to;
        getsockname(listener, reinterpret_cast<sockaddr*>(&to), &size);
        const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(client, reinterpret_cast<sockaddr*>(&to), size) != 0) std::abort();
      });
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) std::abort();
  Add(
      calls, "recv", {SYS_recvfrom},
      [pair] {
        char c = 0;
        return recv(pair[0], &c, 1, 0) == 1;
      },
      [pair] { send(pair[1], "x", 1, 0); });
  std::array<int, 2> idle{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, idle.data()) != 0) std::abort();
  const timeval timeout = {kSeconds, 0};
  setsockopt(idle[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  Add(calls, "recv with SO_RCVTIMEO", {SYS_recvfrom}, [idle] {
    char c = 0;
    return LastsItsTime(
        [&] { return recv(idle[0], &c, 1, 0) == -1 && (errno == EAGAIN || errno == EWOULDBLOCK); });
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

__attribute__((noinline)) std::uintptr_t ReturnAddress() {
  return reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
}

// Its frame is aligned and has memory taken at run time, as clang's AddressSanitizer makes them, so
// its size is not known; and what is left over in that memory looks like frames.
__attribute__((noinline)) bool ReadInOddFrame(int fd, std::size_t room) {
  alignas(64) char c = 0;
  auto* const leftovers = static_cast<std::uintptr_t*>(alloca(room * sizeof(std::uintptr_t)));
  std::fill_n(leftovers, room, ReturnAddress());
  asm volatile("" : : "r"(leftovers) : "memory");
  return read(fd, &c, 1) == 1;
}

void AddOddFrame(Calls& calls) {
  const auto pipe = std::make_shared<Pipe>();
  Add(
      calls, "read in an odd frame", {SYS_read},
      [pipe] {
        const bool read = ReadInOddFrame(pipe->in(), 128);
        asm volatile("");  // so that the call is no tail call
        return read;
      },
      [pipe] { pipe->Put(); });
}

}  // namespace

std::vector<BlockingCall> MakeBlockingCalls() {
  Calls calls;
  AddProcesses(calls);  // first: it forks
  AddPolling(calls);
  AddSleeping(calls);
  AddFutex(calls);
  AddPosixThreads(calls);
  AddStandardLibrary(calls);
  AddFiles(calls);
  AddOddFrame(calls);
  AddSockets(calls);
  AddSignals(calls);
  return calls;
}

}  // namespace taskleak::capture
