#include "linux/proc/descriptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

/// A descriptor that is closed at the end.
class Fd {
 public:
  explicit Fd(int number) : number_(number) { EXPECT_GE(number, 0); }
  ~Fd() { Close(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  operator int() const { return number_; }  // NOLINT(google-explicit-constructor)
  void Close() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

// A TCP connection over loopback, of either version.
struct Connection {
  explicit Connection(int family)
      : listener(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        client(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET6) {
      reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
    } else {
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    usable = bind(listener, any, size) == 0 && listen(listener, 1) == 0 &&
             getsockname(listener, any, &size) == 0 && connect(client, any, size) == 0;
  }
  Fd listener;
  Fd client;
  bool usable = false;
};

// include/net/tcp_states.h
constexpr int kEstablished = 1;
constexpr int kCloseWait = 8;

// Returns the open object, which must be a T.
template <typename T>
T Open(const Descriptor& descriptor) {
  const OpenFile file = ReadOpenFile(descriptor);
  EXPECT_TRUE(std::holds_alternative<T>(file)) << "alternative " << file.index();
  const T* const found = std::get_if<T>(&file);
  return found == nullptr ? T() : *found;
}

void ExpectTcp(const Connection& connection, const std::string& address) {
  const auto listener = Open<OpenSocket>({connection.listener});
  EXPECT_EQ(listener.protocol, OpenSocket::Protocol::kTcp);
  EXPECT_TRUE(listener.listening);
  EXPECT_THAT(listener.local, MatchesRegex(address));
  EXPECT_EQ(listener.peer, "");
  EXPECT_EQ(listener.tcp_state, 0);
  const auto client = Open<OpenSocket>({connection.client});
  EXPECT_EQ(client.protocol, OpenSocket::Protocol::kTcp);
  EXPECT_FALSE(client.listening);
  EXPECT_THAT(client.local, MatchesRegex(address));
  EXPECT_EQ(client.peer, listener.local);
  EXPECT_EQ(client.tcp_state, kEstablished);
}

TEST(DescriptorTest, TcpWithBothAddressesAndTheState) {
  const Connection v4(AF_INET);
  ASSERT_TRUE(v4.usable);
  ExpectTcp(v4, "127.0.0.1:[0-9]+");
  close(accept(v4.listener, nullptr, nullptr));
  EXPECT_EQ(Open<OpenSocket>({v4.client}).tcp_state, kCloseWait);
}

TEST(DescriptorTest, TcpOverIpVersion6) {
  const Connection v6(AF_INET6);
  if (!v6.usable) GTEST_SKIP() << "no IPv6 here";
  ExpectTcp(v6, "\\[::1\\]:[0-9]+");
}

TEST(DescriptorTest, ProtocolsOfOtherSockets) {
  const auto protocol = [](int family, int type) {
    const Fd fd(socket(family, type | SOCK_CLOEXEC, 0));
    return Open<OpenSocket>({fd}).protocol;
  };
  EXPECT_EQ(protocol(AF_INET, SOCK_DGRAM), OpenSocket::Protocol::kUdp);
  EXPECT_EQ(protocol(AF_UNIX, SOCK_STREAM), OpenSocket::Protocol::kUnix);
  EXPECT_EQ(protocol(AF_NETLINK, SOCK_RAW), OpenSocket::Protocol::kNetlink);
}

TEST(DescriptorTest, TimersWithTheTimeLeft) {
  const Fd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  EXPECT_EQ(Open<OpenTimer>({timer}).left, std::chrono::nanoseconds(0));
  const itimerspec hour = {{0, 0}, {3600, 0}};
  timerfd_settime(timer, 0, &hour, nullptr);
  const auto left = Open<OpenTimer>({timer}).left;
  ASSERT_TRUE(left);
  EXPECT_LE(*left, std::chrono::hours(1));
  EXPECT_GT(*left, std::chrono::minutes(50));
}

TEST(DescriptorTest, AnonymousOnesFilesAndWhatIsNotOpen) {
  const Fd event(eventfd(0, EFD_CLOEXEC));
  EXPECT_EQ(Open<OtherFile>({event}).name, "eventfd");
  const Fd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(Open<OtherFile>({file}).name, EndsWith("descriptor_test"));
  const Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  EXPECT_THAT(*WatchedByEpoll({epoll}), IsEmpty());
  epoll_event interest{};
  epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest);
  const std::vector<Descriptor> watched = *WatchedByEpoll({epoll});
  ASSERT_EQ(watched.size(), 1U);
  EXPECT_EQ(watched[0].number, event);
  Open<std::monostate>({-1});
}

TEST(DescriptorTest, PipesAndFifos) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd in(ends[0]);
  const Fd out(ends[1]);
  EXPECT_EQ(Open<OpenPipe>({in}).path, "");
  const std::string path = ::testing::TempDir() + "descriptor_test_fifo";
  unlink(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const Fd fifo(open(path.c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_THAT(Open<OpenPipe>({fifo}).path, EndsWith("descriptor_test_fifo"));
  unlink(path.c_str());
}

TEST(DescriptorTest, EndsOfPipesThatAreOpenHere) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd in(ends[0]);
  Fd out(ends[1]);
  EXPECT_TRUE(PipeEnds::Has({in}));
  EXPECT_EQ((*PipeEnds().Writer({in}))->number, ends[1]);
  EXPECT_EQ((*PipeEnds().Reader({out}))->number, ends[0]);
  out.Close();
  EXPECT_FALSE((*PipeEnds().Writer({in})).has_value());
  const Fd event(eventfd(0, EFD_CLOEXEC));
  EXPECT_FALSE(PipeEnds::Has({event}));
}

// Lets this process open only so many descriptors more, as long as this object lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    const Fd lowest_free(dup(STDERR_FILENO));
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{static_cast<rlim_t>(lowest_free) + more, before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(DescriptorTest, WhatCannotBeLookedAtIsNotTakenForAbsent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd in(ends[0]);
  const Fd out(ends[1]);
  const Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  const auto why_no_writer = [&in](rlim_t more) {
    const FewDescriptors few(more);
    return PipeEnds().Writer({in}).error();
  };
  EXPECT_EQ(why_no_writer(0), Error{EMFILE}) << "no descriptor can be listed";
  EXPECT_EQ(why_no_writer(1), Error{EMFILE}) << "their access cannot be read";
  const FewDescriptors none(0);
  EXPECT_EQ(WatchedByEpoll({epoll}).error(), Error{EMFILE});
}

}  // namespace
}  // namespace taskleak::platform
