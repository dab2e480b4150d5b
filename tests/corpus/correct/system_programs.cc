// Correct programs with processes, signals, descriptors and tasks.
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "taskleak/task.h"
#include "taskleak/verify.h"

namespace corpus {
namespace {

using std::chrono::milliseconds;

TEST(System, AProcessIsForkedAndEnds) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
}

TEST(System, AForkedProcessLeavesItsOwnThreadsBehind) {
  const pid_t child = fork();
  if (child == 0) {
    std::thread([] {
      for (;;) pause();
    }).detach();
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(System, AThreadWaitsForAChild) {
  std::thread thread([] {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
  });
  thread.join();
}

TEST(System, ACommandIsReadFromAPipe) {
  FILE* const command = popen("echo 42", "r");
  ASSERT_NE(command, nullptr);
  int number = 0;
  EXPECT_EQ(std::fscanf(command, "%d", &number), 1);
  EXPECT_EQ(number, 42);
  EXPECT_EQ(pclose(command), 0);
}

TEST(System, AnAlarmRingsMeanwhile) {
  static std::atomic<int> rings{0};
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { ++rings; };
  sigaction(SIGALRM, &action, &before);
  itimerval every{{0, 1000}, {0, 1000}};
  setitimer(ITIMER_REAL, &every, nullptr);
  while (rings < 20) std::thread([] {}).join();
  every = {};
  setitimer(ITIMER_REAL, &every, nullptr);
  sigaction(SIGALRM, &before, nullptr);
}

TEST(System, AThreadForSignalsIsStopped) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGUSR2);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  std::thread thread([&stop] {
    int signal = 0;
    sigwait(&stop, &signal);
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_kill(thread.native_handle(), SIGUSR2);
  thread.join();
}

// glibc runs the function in a thread, and keeps another one for this.
TEST(System, ATimerCallsAFunction) {
  static std::atomic<bool> called{false};
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = [](sigval) { called = true; };
  timer_t timer{};
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
  itimerspec soon{};
  soon.it_value.tv_nsec = 1'000'000;
  timer_settime(timer, 0, &soon, nullptr);
  while (!called) std::this_thread::yield();
  timer_delete(timer);
}

TEST(System, AReaderEndsWhenItsPipeIsClosedAfterTheTest) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  std::thread([ends] {
    char character = 0;
    while (read(ends[0], &character, 1) > 0) {
    }
    close(ends[0]);
  }).detach();
  std::thread([ends] {
    std::this_thread::sleep_for(milliseconds(150));
    close(ends[1]);
  }).detach();
}

TEST(System, AServerStopsAccepting) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(listener, 4), 0);
  std::thread server([listener] {
    for (;;) {
      const int connection = accept(listener, nullptr, nullptr);
      if (connection < 0) return;
      close(connection);
    }
  });
  socklen_t size = sizeof(address);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&address), size), 0);
  char character = 0;
  EXPECT_EQ(read(client, &character, 1), 0);
  close(client);
  shutdown(listener, SHUT_RDWR);
  server.join();
  close(listener);
}

TEST(System, AnEventLoopIsWoken) {
  const int wake = eventfd(0, 0);
  std::thread loop([wake] {
    const int events = epoll_create1(0);
    epoll_event readable{};
    readable.events = EPOLLIN;
    epoll_ctl(events, EPOLL_CTL_ADD, wake, &readable);
    epoll_event happened{};
    EXPECT_EQ(epoll_wait(events, &happened, 1, -1), 1);
    close(events);
  });
  eventfd_write(wake, 1);
  loop.join();
  close(wake);
}

TEST(System, ATimersDescriptorExpiresAfterTheTest) {
  std::thread([] {
    const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    itimerspec soon{};
    soon.it_value.tv_nsec = 150'000'000;
    timerfd_settime(timer, 0, &soon, nullptr);
    std::uint64_t expirations = 0;
    EXPECT_EQ(read(timer, &expirations, sizeof(expirations)), 8);
    close(timer);
  }).detach();
}

TEST(System, WhatIsAllowedToStayStays) {
  const taskleak::AllowLeaks allow("the process keeps it until its end");
  std::thread([] {
    for (;;) pause();
  }).detach();
}

TEST(System, WhatIsAdoptedStays) {
  std::promise<void> running;
  auto is_running = running.get_future();
  std::thread([running = std::move(running)]() mutable {
    running.set_value();
    for (;;) pause();
  }).detach();
  is_running.wait();
  taskleak::AdoptCurrent();
}

TEST(System, AJobRunsAfterTheTest) {
  std::thread([job = taskleak::Tracked(
                   "job", [] { std::this_thread::sleep_for(milliseconds(100)); })]() mutable {
    job();
  }).detach();
}

TEST(System, AJobIsDiscarded) {
  const std::function<void()> job = taskleak::Tracked("job", [] {});
}

}  // namespace
}  // namespace corpus
