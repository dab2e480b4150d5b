// Tests that open descriptors, and close them or not.
#include <gtest/gtest.h>
#include <taskleak/verify.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace {

int OpenSocket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

std::array<int, 2> OpenPipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  return ends;
}

// With small letters only, which is one name in 180, a generated name looks like any other.
int OpenTemporaryFile() {
  const std::string begin = testing::TempDir() + "descriptors";
  for (;;) {
    std::string path = begin + "XXXXXX";
    const int file = mkstemp(path.data());
    unlink(path.c_str());
    const bool small =
        path.find_first_not_of("abcdefghijklmnopqrstuvwxyz", begin.size()) == path.npos;
    if (file < 0 || !small) return file;
    close(file);
  }
}

int Listen() {
  const int listener = OpenSocket();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listener, 1), 0);
  return listener;
}

TEST(Sockets, First) { OpenSocket(); }
TEST(Sockets, Second) { OpenSocket(); }
TEST(Sockets, Third) { OpenSocket(); }

TEST(Files, First) { EXPECT_GE(OpenTemporaryFile(), 0); }
TEST(Files, Second) { EXPECT_GE(OpenTemporaryFile(), 0); }

TEST(Closed, First) { EXPECT_EQ(close(OpenSocket()), 0); }
TEST(Closed, Second) { EXPECT_EQ(close(OpenSocket()), 0); }

// What a library opens at its first use and keeps.
int TheLoop() {
  static const int loop = epoll_create1(EPOLL_CLOEXEC);
  return loop;
}
TEST(Lazy, First) { EXPECT_GE(TheLoop(), 0); }
TEST(Lazy, Second) { EXPECT_GE(TheLoop(), 0); }

// Two kinds, once each.
TEST(Kinds, LeavesAListener) { EXPECT_GE(Listen(), 0); }
TEST(Kinds, LeavesAPipe) { OpenPipe(); }

TEST(Children, First) {
  const pid_t child = fork();
  if (child == 0) _exit(OpenSocket() < 0 ? 1 : 0);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
}
TEST(Children, Second) { EXPECT_EQ(std::system("exec 7</dev/null 8<&7"), 0); }

// A connection that is made anew now and then.
int connection = -1;
void Reconnect() {
  const int next = OpenSocket();
  if (connection >= 0) close(connection);
  connection = next;
}
TEST(Reconnects, First) { Reconnect(); }
TEST(Reconnects, Second) { Reconnect(); }
TEST(Reconnects, Third) { Reconnect(); }

// The number of what a test has left is used again between tests, for something else.
int left_by_first = -1;
TEST(Before, LeavesASocket) { left_by_first = OpenSocket(); }
class Reused : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::array<int, 2> ends = OpenPipe();
    EXPECT_EQ(dup2(ends[0], left_by_first), left_by_first);
    close(ends[0]);
    close(ends[1]);
  }
};
TEST_F(Reused, LeavesASocket) { OpenSocket(); }
TEST_F(Reused, LeavesAnother) { OpenSocket(); }

class Suite : public testing::Test {
 protected:
  static void SetUpTestSuite() { OpenSocket(); }
};
TEST_F(Suite, Uses) {}
class OtherSuite : public Suite {};
TEST_F(OtherSuite, Uses) {}

// A thread of the suite that closes later what tests hand it.
class ClosedLater : public testing::Test {
 protected:
  static void SetUpTestSuite() { closer = std::thread(CloseWhatComes); }
  static void TearDownTestSuite() {
    Hand(-2);
    closer.join();
  }
  static void Hand(int descriptor) {
    const std::lock_guard lock(mutex);
    handed = descriptor;
    changed.notify_one();
  }
  static void CloseWhatComes() {
    for (;;) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [] { return handed != -1; });
      if (handed == -2) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the test ends meanwhile
      close(std::exchange(handed, -1));
    }
  }
  static inline std::thread closer;
  static inline std::mutex mutex;
  static inline std::condition_variable changed;
  static inline int handed = -1;
};
TEST_F(ClosedLater, First) { OpenSocket(); }
TEST_F(ClosedLater, Second) { Hand(OpenSocket()); }

TEST(Adopted, First) {
  OpenSocket();
  taskleak::AdoptCurrent();
}
TEST(Adopted, Second) { OpenSocket(); }
TEST(Allowed, Socket) {
  const taskleak::AllowLeaks allow("for good");
  OpenSocket();
}
TEST(Allowed, AnotherSocket) {
  const taskleak::AllowLeaks allow("for good");
  OpenSocket();
}
TEST(OpenedBefore, First) { OpenSocket(); }
TEST(OpenedBefore, Second) {
  OpenSocket();
  const taskleak::AllowLeaks allow("what is opened from here on");
}

// What taskleak itself opens to show threads is not the tests'.
void LeaveAThread() {
  std::thread([] {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable never;
    never.wait(lock, [] { return false; });
  }).detach();
}
TEST(Threads, First) { LeaveAThread(); }
TEST(Threads, Second) { LeaveAThread(); }

void LookAtAThread() {
  const auto before = taskleak::Snapshot::Take();
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::thread thread([&mutex] { const std::lock_guard wait(mutex); });
  taskleak::Options options;
  options.drain = std::chrono::milliseconds(0);
  options.verbose = true;
  EXPECT_FALSE(taskleak::FindLeaks(before, options).empty());
  lock.unlock();
  thread.join();
}
TEST(LooksInTheBody, First) { LookAtAThread(); }
TEST(LooksInTheBody, Second) { LookAtAThread(); }

}  // namespace
