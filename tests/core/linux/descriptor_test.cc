#include "linux/proc/descriptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

/// Closed at the end.
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

TEST(DescriptorTest, TcpWithBothAddressesAndTheState) {
  Connection v4(AF_INET);
  ASSERT_TRUE(v4.usable);
  EXPECT_THAT(DescribeDescriptor({v4.listener}), MatchesRegex("listening TCP 127.0.0.1:[0-9]+"));
  EXPECT_THAT(DescribeDescriptor({v4.client}),
              MatchesRegex("TCP 127.0.0.1:[0-9]+ -> 127.0.0.1:[0-9]+ \\(established\\)"));
  close(accept(v4.listener, nullptr, nullptr));
  EXPECT_THAT(DescribeDescriptor({v4.client}), EndsWith(" (close wait)"));
}

TEST(DescriptorTest, TcpOverIpVersion6) {
  Connection v6(AF_INET6);
  if (!v6.usable) GTEST_SKIP() << "no IPv6 here";
  EXPECT_THAT(DescribeDescriptor({v6.listener}), MatchesRegex("listening TCP \\[::1\\]:[0-9]+"));
  EXPECT_THAT(DescribeDescriptor({v6.client}),
              MatchesRegex("TCP \\[::1\\]:[0-9]+ -> \\[::1\\]:[0-9]+ \\(established\\)"));
}

TEST(DescriptorTest, TimersWithTheTimeLeft) {
  const Fd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  EXPECT_EQ(DescribeDescriptor({timer}), "timerfd that is not set");
  const itimerspec hour = {{0, 0}, {3600, 0}};
  timerfd_settime(timer, 0, &hour, nullptr);
  EXPECT_THAT(DescribeDescriptor({timer}), MatchesRegex("timerfd, 3[0-9]+\\.[0-9] s left"));
}

TEST(DescriptorTest, AnonymousOnesFilesAndWhatIsNotOpen) {
  const Fd event(eventfd(0, EFD_CLOEXEC));
  EXPECT_EQ(DescribeDescriptor({event}), "eventfd");
  const Fd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(DescribeDescriptor({file}), EndsWith("descriptor_test"));
  const Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  EXPECT_THAT(WatchedByEpoll({epoll}), IsEmpty());
  epoll_event interest{};
  epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest);
  const std::vector<Descriptor> watched = WatchedByEpoll({epoll});
  ASSERT_EQ(watched.size(), 1U);
  EXPECT_EQ(watched[0].number, event);
  EXPECT_EQ(DescribeDescriptor({-1}), "");
}

TEST(DescriptorTest, EndsOfPipesThatAreOpenHere) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd in(ends[0]);
  Fd out(ends[1]);
  EXPECT_TRUE(PipeEnds::Has({in}));
  EXPECT_EQ(PipeEnds().Writer({in})->number, ends[1]);
  EXPECT_EQ(PipeEnds().Reader({out})->number, ends[0]);
  out.Close();
  EXPECT_FALSE(PipeEnds().Writer({in}).has_value());
  const Fd event(eventfd(0, EFD_CLOEXEC));
  EXPECT_FALSE(PipeEnds::Has({event}));
}

}  // namespace
}  // namespace taskleak::platform
