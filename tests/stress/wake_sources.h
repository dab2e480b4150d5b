// All that can wake a thread after a while.
#ifndef TASKLEAK_TESTS_STRESS_WAKE_SOURCES_H_
#define TASKLEAK_TESTS_STRESS_WAKE_SOURCES_H_

#include <linux/futex.h>
#include <linux/io_uring.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace taskleak::testing {

using std::chrono::microseconds;

// Something that lets one waiter go after a while, in the way of its name. `Wait` returns then.
class Source {
 public:
  Source() = default;
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual void Wait() = 0;
};

class Sleep : public Source {
 public:
  explicit Sleep(microseconds time) : time_(time) {}
  void Wait() override { std::this_thread::sleep_for(time_); }

 private:
  microseconds time_;
};

// A child process that does something after a while.
class Child {
 public:
  Child(microseconds time, const std::function<void()>& act) : pid_(fork()) {
    if (pid_ != 0) return;
    usleep(static_cast<useconds_t>(time.count()));
    act();
    _exit(0);
  }
  ~Child() {
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_;
};

class Pipe : public Source {
 public:
  explicit Pipe(microseconds time) : child_(time, [this] { Write(); }) {}
  ~Pipe() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  void Wait() override {
    char byte = 0;
    while (read(ends_[0], &byte, 1) < 0) {
    }
  }

 private:
  static std::array<int, 2> Make() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    return ends;
  }
  void Write() { static_cast<void>(!write(ends_[1], "x", 1)); }

  std::array<int, 2> ends_ = Make();
  Child child_;
};

class SharedMemory : public Source {
 public:
  explicit SharedMemory(microseconds time) : child_(time, [this] { sem_post(semaphore_); }) {}
  ~SharedMemory() override { munmap(semaphore_, sizeof(sem_t)); }
  void Wait() override {
    while (sem_wait(semaphore_) != 0) {
    }
  }

 private:
  static sem_t* Make() {
    void* const memory =
        mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto* const semaphore = static_cast<sem_t*>(memory);
    EXPECT_EQ(sem_init(semaphore, /*pshared=*/1, 0), 0);
    return semaphore;
  }

  sem_t* const semaphore_ = Make();
  Child child_;
};

// A handler that posts, for a signal of a timer, or of another process.
class Handler : public Source {
 public:
  explicit Handler(int signal) : signal_(signal) {
    sem_init(SemaphoreOf(signal), 0, 0);
    struct sigaction action {};
    action.sa_handler = [](int received) { sem_post(SemaphoreOf(received)); };
    action.sa_flags = SA_RESTART;
    sigaction(signal, &action, &before_);
  }
  ~Handler() override { sigaction(signal_, &before_, nullptr); }
  void Wait() override {
    while (sem_wait(SemaphoreOf(signal_)) != 0) {
    }
  }

 private:
  static sem_t* SemaphoreOf(int signal) {
    static std::array<sem_t, NSIG> semaphores;
    return &semaphores.at(static_cast<std::size_t>(signal));
  }

  int signal_;
  struct sigaction before_ {};
};

class Alarm : public Handler {
 public:
  explicit Alarm(microseconds time) : Handler(SIGALRM) {
    const itimerval once{.it_interval = {}, .it_value = {0, time.count()}};
    setitimer(ITIMER_REAL, &once, nullptr);
  }
};

class PosixTimer : public Handler {
 public:
  explicit PosixTimer(microseconds time) : Handler(SIGRTMIN + 1) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 1;
    EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer_), 0);
    const itimerspec once{.it_interval = {}, .it_value = {0, time.count() * 1000}};
    timer_settime(timer_, 0, &once, nullptr);
  }
  ~PosixTimer() override { timer_delete(timer_); }

 private:
  timer_t timer_{};
};

class SignalOfAChild : public Handler {
 public:
  explicit SignalOfAChild(microseconds time)
      : Handler(SIGUSR1), child_(time, [] { kill(getppid(), SIGUSR1); }) {}

 private:
  Child child_;
};

class Timerfd : public Source {
 public:
  explicit Timerfd(microseconds time) {
    const itimerspec once{.it_interval = {}, .it_value = {0, time.count() * 1000}};
    timerfd_settime(timer_, 0, &once, nullptr);
  }
  ~Timerfd() override { close(timer_); }
  void Wait() override {
    std::uint64_t count = 0;
    while (read(timer_, &count, sizeof count) < 0) {
    }
  }

 private:
  int timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
};

// A ring that wakes a futex by itself (IORING_OP_FUTEX_WAKE, since Linux 6.7), after a timeout.
class Ring : public Source {
 public:
  explicit Ring(microseconds time) : time_{.tv_sec = 0, .tv_nsec = time.count() * 1000} {
    io_uring_params params{};
    ring_ = static_cast<int>(syscall(SYS_io_uring_setup, 2, &params));
    if (ring_ < 0) return;
    queue_size_ = params.sq_off.array + params.sq_entries * sizeof(std::uint32_t);
    queue_ = Map(queue_size_, IORING_OFF_SQ_RING);
    entries_ = static_cast<io_uring_sqe*>(Map(2 * sizeof(io_uring_sqe), IORING_OFF_SQES));
    Fill();
    auto* const bytes = static_cast<char*>(queue_);
    auto* const array = reinterpret_cast<std::uint32_t*>(bytes + params.sq_off.array);
    array[0] = 0;
    array[1] = 1;
    reinterpret_cast<std::atomic<std::uint32_t>*>(bytes + params.sq_off.tail)->store(2);
    usable_ = syscall(SYS_io_uring_enter, ring_, 2, 0, 0, nullptr, 0) == 2;
  }
  ~Ring() override {
    if (ring_ < 0) return;
    munmap(entries_, 2 * sizeof(io_uring_sqe));
    munmap(queue_, queue_size_);
    close(ring_);
  }
  // Where there is no such operation, by time.
  void Wait() override {
    const timespec limit{.tv_sec = 5, .tv_nsec = 0};
    if (usable_)
      syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 0, limited_ ? &limit : nullptr, nullptr, 0);
  }
  // Whether this kernel has that operation: a try with a limit.
  static bool Works() {
    Ring ring(microseconds(1000));
    ring.limited_ = true;
    const auto begun = std::chrono::steady_clock::now();
    ring.Wait();
    return ring.usable_ && std::chrono::steady_clock::now() - begun < std::chrono::seconds(4);
  }

 private:
  void* Map(std::size_t size, std::int64_t offset) const {
    return mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_, offset);
  }
  void Fill() {
    constexpr std::uint8_t kFutexWake = 52;            // IORING_OP_FUTEX_WAKE
    constexpr std::uint32_t kTimeoutIsSuccess = 0x20;  // IORING_TIMEOUT_ETIME_SUCCESS
    constexpr int kPrivateWord = 0x2 | 0x80;           // FUTEX2_SIZE_U32 | FUTEX2_PRIVATE
    entries_[0] = {};
    entries_[0].opcode = IORING_OP_TIMEOUT;
    entries_[0].flags = IOSQE_IO_LINK;
    entries_[0].fd = -1;
    entries_[0].addr = reinterpret_cast<std::uintptr_t>(&time_);
    entries_[0].len = 1;
    entries_[0].timeout_flags = kTimeoutIsSuccess;
    entries_[1] = {};
    entries_[1].opcode = kFutexWake;
    entries_[1].fd = kPrivateWord;
    entries_[1].addr = reinterpret_cast<std::uintptr_t>(&word_);
    entries_[1].off = 1;  // how many to wake
    constexpr std::uint64_t kAnyBit = 0xFFFFFFFF;
    // addr3, which comes after what older headers know of this union
    std::memcpy(reinterpret_cast<char*>(&entries_[1]) + 48, &kAnyBit, sizeof kAnyBit);
  }

  struct {
    std::int64_t tv_sec;
    long long tv_nsec;
  } time_;
  std::uint32_t word_ = 0;
  int ring_ = -1;
  bool usable_ = false;
  bool limited_ = false;
  std::size_t queue_size_ = 0;
  void* queue_ = nullptr;
  io_uring_sqe* entries_ = nullptr;
};

// Two threads of which one runs at any moment, though a look at either mostly finds it asleep.
class PingPong : public Source {
 public:
  explicit PingPong(microseconds time) : turns_(static_cast<int>(time.count() / 10)) {}
  void Wait() override {
    std::thread other([this] { Play(1); });
    Play(0);
    other.join();
  }

 private:
  void Play(int me) {
    for (int i = 0; i < turns_; ++i) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return turn_ == me; });
      turn_ = 1 - me;
      changed_.notify_all();
    }
  }

  int turns_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int turn_ = 0;
};

// Threads each of which starts the next and ends; the waiter sleeps until the last has.
class Relay : public Source {
 public:
  explicit Relay(microseconds time) : left_(static_cast<int>(time.count() / 100)) {}
  void Wait() override {
    Next();
    done_.get_future().wait();
  }

 private:
  void Next() {
    std::thread([this] {
      if (left_-- > 0)
        Next();
      else
        done_.set_value();
    }).detach();
  }

  std::atomic<int> left_;
  std::promise<void> done_;
};

inline constexpr unsigned kSources = 10;

inline std::unique_ptr<Source> MakeSource(unsigned kind, microseconds time, bool ring_works) {
  switch (kind) {
    case 0:
      return std::make_unique<Sleep>(time);
    case 1:
      return std::make_unique<Pipe>(time);
    case 2:
      return std::make_unique<SharedMemory>(time);
    case 3:
      return std::make_unique<Alarm>(time);
    case 4:
      return std::make_unique<PosixTimer>(time);
    case 5:
      return std::make_unique<SignalOfAChild>(time);
    case 6:
      return std::make_unique<Timerfd>(time);
    case 7:
      if (ring_works) return std::make_unique<Ring>(time);
      return std::make_unique<Sleep>(time);
    case 8:
      return std::make_unique<PingPong>(time);
    default:
      return std::make_unique<Relay>(time);
  }
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_STRESS_WAKE_SOURCES_H_
