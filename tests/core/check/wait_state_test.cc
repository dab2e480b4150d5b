// Every wait state, from a thread that really waits so.
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
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/parked_thread.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::BlockedThread;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// What FindLeaks says of a thread that blocks in system call `number` of `block`.
Unit UnitOf(long number, const std::function<void()>& block, const std::function<void()>& release) {
  const auto before = Snapshot::Take();
  const BlockedThread thread(block, release);
  thread.AwaitCall(number);
  Options options;
  options.drain = std::chrono::milliseconds(0);
  const LeakReport report = FindLeaks(before, options);
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.id == thread.tid()) return unit;
    }
  }
  ADD_FAILURE() << "not reported";
  return {};
}

std::string StateOf(long number, const std::function<void()>& block,
                    const std::function<void()>& release) {
  return std::string(ToString(UnitOf(number, block, release).state));
}

// Both ends of a pipe.
struct Pipe {
  Pipe() { EXPECT_EQ(pipe(ends.data()), 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  void Feed() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }
  void Take() const {
    char c = 0;
    EXPECT_EQ(read(ends[0], &c, 1), 1);
  }
  std::array<int, 2> ends{};
};

void FillUp(int fd) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  std::array<char, 4096> block{};
  while (write(fd, block.data(), block.size()) > 0) {
  }
  fcntl(fd, F_SETFL, 0);
}

// Ends a call of thread `tid` that only a signal can end.
class Interrupter {
 public:
  Interrupter() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, &before_);
  }
  ~Interrupter() { sigaction(SIGUSR1, &before_, nullptr); }
  void Enter() { tid_ = gettid(); }
  void Interrupt() const { tgkill(getpid(), tid_, SIGUSR1); }

 private:
  struct sigaction before_ {};
  std::atomic<int> tid_{0};
};

TEST(WaitStateTest, Mutex) {
  std::mutex mutex;
  mutex.lock();
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { const std::lock_guard lock(mutex); }, [&] { mutex.unlock(); }),
            "mutex");
}

TEST(WaitStateTest, RwlockForReadingAndForWriting) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  for (const auto take : {&pthread_rwlock_rdlock, &pthread_rwlock_wrlock}) {
    pthread_rwlock_wrlock(&lock);
    EXPECT_EQ(StateOf(
                  SYS_futex,
                  [&] {
                    take(&lock);
                    pthread_rwlock_unlock(&lock);
                  },
                  [&] { pthread_rwlock_unlock(&lock); }),
              "rwlock");
  }
}

TEST(WaitStateTest, ConditionVariableWithAndWithoutATimeLimit) {
  std::mutex mutex;
  std::condition_variable condition;
  bool stop = false;
  const auto release = [&] {
    const std::lock_guard lock(mutex);
    stop = true;
    condition.notify_all();
  };
  EXPECT_EQ(StateOf(
                SYS_futex,
                [&] {
                  std::unique_lock lock(mutex);
                  condition.wait(lock, [&] { return stop; });
                },
                release),
            "condvar");
  stop = false;
  EXPECT_EQ(StateOf(
                SYS_futex,
                [&] {
                  std::unique_lock lock(mutex);
                  condition.wait_for(lock, std::chrono::hours(1), [&] { return stop; });
                },
                release),
            "condvar");
}

TEST(WaitStateTest, Join) {
  std::latch latch(1);
  std::thread other([&] { latch.wait(); });
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { other.join(); }, [&] { latch.count_down(); }),
            "join");
}

TEST(WaitStateTest, Semaphores) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { sem_wait(&semaphore); }, [&] { sem_post(&semaphore); }),
            "semaphore");
  EXPECT_EQ(StateOf(
                SYS_futex,
                [&] {
                  const timespec far{.tv_sec = 1L << 40, .tv_nsec = 0};
                  sem_timedwait(&semaphore, &far);
                },
                [&] { sem_post(&semaphore); }),
            "semaphore");
  sem_destroy(&semaphore);
}

TEST(WaitStateTest, Future) {
  std::promise<void> promise;
  std::future<void> future = promise.get_future();
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { future.wait(); }, [&] { promise.set_value(); }),
            "future");
}

TEST(WaitStateTest, AtomicLatchAndCountingSemaphoreAreAtomicWaits) {
  std::atomic<int> value{0};
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { value.wait(0); },
                [&] {
                  value.store(1);
                  value.notify_all();
                }),
            "atomic_wait");
  std::latch latch(1);
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { latch.wait(); }, [&] { latch.count_down(); }),
            "atomic_wait");
  std::counting_semaphore<> semaphore(0);
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { semaphore.acquire(); }, [&] { semaphore.release(); }),
            "atomic_wait");
}

TEST(WaitStateTest, FutexOfTheProgramsOwn) {
  std::atomic<int> word{0};
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0); },
                [&] { syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }),
            "futex");
}

TEST(WaitStateTest, SleepTellsItsTime) {
  Interrupter interrupter;
  const Unit relative = UnitOf(
      SYS_clock_nanosleep,
      [&] {
        interrupter.Enter();
        sleep(3600);
      },
      [&] { interrupter.Interrupt(); });
  EXPECT_EQ(relative.state, WaitState::kSleep);
  EXPECT_EQ(relative.detail, "for 3600.0 s");
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 3600;
  const Unit absolute = UnitOf(
      SYS_clock_nanosleep,
      [&] {
        interrupter.Enter();
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
      },
      [&] { interrupter.Interrupt(); });
  EXPECT_THAT(absolute.detail, MatchesRegex("3[0-9]+\\.[0-9] s left"));
}

TEST(WaitStateTest, PollNamesTheDescriptor) {
  const Pipe pipe;
  pollfd entry{.fd = pipe.ends[0], .events = POLLIN, .revents = 0};
  const Unit unit = UnitOf(
      SYS_poll, [&] { poll(&entry, 1, -1); }, [&] { pipe.Feed(); });
  EXPECT_EQ(unit.state, WaitState::kPoll);
  EXPECT_EQ(unit.detail, "descriptor " + std::to_string(pipe.ends[0]) + ", pipe");
}

TEST(WaitStateTest, EpollNamesWhatItWatches) {
  const Pipe pipe;
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, pipe.ends[0], &event);
  const Unit unit = UnitOf(
      SYS_epoll_wait, [&] { epoll_wait(epoll, &event, 1, -1); }, [&] { pipe.Feed(); });
  EXPECT_EQ(unit.state, WaitState::kEpoll);
  EXPECT_EQ(unit.detail, "epoll on descriptor " + std::to_string(pipe.ends[0]) + ", pipe");
  close(epoll);
}

TEST(WaitStateTest, SelectNamesTheDescriptors) {
  const Pipe pipe;
  const Unit unit = UnitOf(
      SYS_pselect6,
      [&] {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(pipe.ends[0], &set);
        select(pipe.ends[0] + 1, &set, nullptr, nullptr, nullptr);
      },
      [&] { pipe.Feed(); });
  EXPECT_EQ(unit.state, WaitState::kSelect);
  EXPECT_EQ(unit.detail, "descriptor " + std::to_string(pipe.ends[0]) + ", pipe");
}

TEST(WaitStateTest, ReadOfAPipeAndOfAnEventfd) {
  const Pipe pipe;
  const Unit unit = UnitOf(
      SYS_read, [&] { pipe.Take(); }, [&] { pipe.Feed(); });
  EXPECT_EQ(unit.state, WaitState::kRead);
  EXPECT_EQ(unit.detail, "descriptor " + std::to_string(pipe.ends[0]) +
                             ", pipe written to by descriptor " + std::to_string(pipe.ends[1]));
  const int event = eventfd(0, EFD_CLOEXEC);
  const Unit other = UnitOf(
      SYS_read,
      [&] {
        eventfd_t value = 0;
        eventfd_read(event, &value);
      },
      [&] { eventfd_write(event, 1); });
  EXPECT_EQ(other.detail, "descriptor " + std::to_string(event) + ", eventfd");
  close(event);
}

TEST(WaitStateTest, WriteToAFullPipe) {
  const Pipe pipe;
  FillUp(pipe.ends[1]);
  std::array<char, 65536> drain;
  EXPECT_EQ(StateOf(
                SYS_write, [&] { pipe.Feed(); },
                [&] { EXPECT_GT(read(pipe.ends[0], drain.data(), drain.size()), 0); }),
            "write");
}

// A listening TCP socket on loopback.
class Listener {
 public:
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    socklen_t size = sizeof address_;
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
  }
  ~Listener() { close(fd_); }
  [[nodiscard]] int Connect() const {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&address_), sizeof address_), 0);
    return client;
  }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::string name() const {
    return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
  }

 private:
  int fd_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address_{};
};

TEST(WaitStateTest, AcceptNamesTheAddress) {
  const Listener listener;
  int client = -1;
  const Unit unit = UnitOf(
      SYS_accept, [&] { close(accept(listener.fd(), nullptr, nullptr)); },
      [&] { client = listener.Connect(); });
  EXPECT_EQ(unit.state, WaitState::kAccept);
  EXPECT_EQ(unit.detail,
            "descriptor " + std::to_string(listener.fd()) + ", listening TCP " + listener.name());
  close(client);
}

TEST(WaitStateTest, RecvNamesBothAddresses) {
  const Listener listener;
  const int client = listener.Connect();
  const int server = accept(listener.fd(), nullptr, nullptr);
  const Unit unit = UnitOf(
      SYS_recvfrom,
      [&] {
        char c = 0;
        recv(client, &c, 1, 0);
      },
      [&] { send(server, "x", 1, 0); });
  EXPECT_EQ(unit.state, WaitState::kRecv);
  EXPECT_THAT(unit.detail, HasSubstr("TCP 127.0.0.1:"));
  EXPECT_THAT(unit.detail, HasSubstr(" -> " + listener.name()));
  close(client);
  close(server);
}

TEST(WaitStateTest, SendToAFullSocket) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  FillUp(ends[1]);
  std::array<char, 65536> drain;
  const Unit unit = UnitOf(
      SYS_sendto, [&] { send(ends[1], "x", 1, 0); },
      [&] {
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        while (recv(ends[0], drain.data(), drain.size(), 0) > 0) {
        }
      });
  EXPECT_EQ(unit.state, WaitState::kSend);
  EXPECT_THAT(unit.detail, HasSubstr("unix socket"));
  close(ends[0]);
  close(ends[1]);
}

TEST(WaitStateTest, ConnectToASocketNobodyAcceptsFrom) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "taskleak-wait-state-" + std::to_string(getpid());
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);  // an abstract name
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const auto* target = reinterpret_cast<const sockaddr*>(&address);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(listener, target, size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  const int first = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(connect(first, target, size), 0);
  const int second = socket(AF_UNIX, SOCK_STREAM, 0);
  const Unit unit = UnitOf(
      SYS_connect, [&] { static_cast<void>(connect(second, target, size)); },
      [&] { close(accept(listener, nullptr, nullptr)); });
  EXPECT_EQ(unit.state, WaitState::kConnect);
  EXPECT_THAT(unit.detail, EndsWith(" to @" + name));
  close(first);
  close(second);
  close(listener);
}

TEST(WaitStateTest, WaitingForAChild) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  EXPECT_EQ(StateOf(
                SYS_wait4, [&] { waitpid(child, nullptr, 0); }, [&] { kill(child, SIGKILL); }),
            "wait_child");
}

TEST(WaitStateTest, WaitingForASignal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  std::atomic<int> tid{0};
  EXPECT_EQ(StateOf(
                SYS_rt_sigtimedwait,
                [&] {
                  pthread_sigmask(SIG_BLOCK, &set, nullptr);
                  tid = gettid();
                  int signal = 0;
                  sigwait(&set, &signal);
                },
                [&] { tgkill(getpid(), tid, SIGUSR2); }),
            "signal_wait");
}

TEST(WaitStateTest, ReceivingFromAMessageQueueHasNoDescriptor) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  const Unit unit = UnitOf(
      SYS_msgrcv,
      [&] {
        std::array<long, 4> message{};
        msgrcv(queue, message.data(), sizeof(long), 0, 0);
      },
      [&] { msgctl(queue, IPC_RMID, nullptr); });
  EXPECT_EQ(unit.state, WaitState::kRecv);
  EXPECT_EQ(unit.detail, "");
}

TEST(WaitStateTest, AnythingElseIsOther) {
  const std::string path = ::testing::TempDir() + "wait_state_lock";
  const int holder = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  flock(holder, LOCK_EX);
  EXPECT_EQ(StateOf(
                SYS_flock,
                [&] {
                  const int other = open(path.c_str(), O_RDWR | O_CLOEXEC);
                  flock(other, LOCK_EX);
                  close(other);
                },
                [&] { flock(holder, LOCK_UN); }),
            "other");
  close(holder);
  unlink(path.c_str());
}

}  // namespace
}  // namespace taskleak
