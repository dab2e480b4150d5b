// Every wait state of descriptors, by threads that really wait.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "core/explain/state_of.h"
#include "explain/wait_reader.h"
#include "support/libc_calls.h"

namespace taskleak {
namespace {

using explain::DescriptorFacts;
using explain::DescriptorWait;
using explain::EpollWait;
using explain::Finding;
using explain::PollWait;
using platform::OpenSocket;
using testing::FindingOf;
using testing::StateOf;
using testing::WaitOf;

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

void ExpectPipe(const explain::DescriptorList& list, int number) {
  ASSERT_EQ(list.first.size(), 1U);
  EXPECT_EQ(list.more, 0U);
  EXPECT_EQ(list.first[0].number, number);
  EXPECT_TRUE(std::holds_alternative<platform::OpenPipe>(list.first[0].file));
}

OpenSocket SocketOf(const DescriptorFacts& descriptor) {
  const auto* const socket = std::get_if<OpenSocket>(&descriptor.file);
  EXPECT_NE(socket, nullptr) << "alternative " << descriptor.file.index();
  return socket == nullptr ? OpenSocket() : *socket;
}

TEST(DescriptorWaitTest, PollNamesTheDescriptor) {
  const Pipe pipe;
  pollfd entry{.fd = pipe.ends[0], .events = POLLIN, .revents = 0};
  const Finding found = FindingOf(
      kCallOfPoll, [&] { poll(&entry, 1, -1); }, [&] { pipe.Feed(); });
  EXPECT_EQ(found.unit.state, WaitState::kPoll);
  ExpectPipe(WaitOf<PollWait>(found).on, pipe.ends[0]);
}

// As in core files of aarch64, where one register has both the descriptor and the result.
TEST(DescriptorWaitTest, OfACallThatASignalHasEndedNoDescriptorIsNamed) {
  const platform::BlockedAt ended{.number = SYS_epoll_pwait,
                                  .arguments = {static_cast<std::uint64_t>(-EINTR)}};
  const explain::WaitFacts facts =
      explain::WaitReader().Read(WaitState::kEpoll, ended, std::nullopt, gettid());
  EXPECT_TRUE(std::holds_alternative<std::monostate>(facts));
}

TEST(DescriptorWaitTest, EpollNamesWhatItWatches) {
  const Pipe pipe;
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, pipe.ends[0], &event);
  const Finding found = FindingOf(
      kCallOfEpollWait, [&] { epoll_wait(epoll, &event, 1, -1); }, [&] { pipe.Feed(); });
  EXPECT_EQ(found.unit.state, WaitState::kEpoll);
  EXPECT_EQ(WaitOf<EpollWait>(found).epoll.number, epoll);
  ExpectPipe(WaitOf<EpollWait>(found).watched, pipe.ends[0]);
  close(epoll);
}

TEST(DescriptorWaitTest, SelectNamesTheDescriptors) {
  const Pipe pipe;
  const Finding found = FindingOf(
      SYS_pselect6,
      [&] {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(pipe.ends[0], &set);
        select(pipe.ends[0] + 1, &set, nullptr, nullptr, nullptr);
      },
      [&] { pipe.Feed(); });
  EXPECT_EQ(found.unit.state, WaitState::kSelect);
  ExpectPipe(WaitOf<PollWait>(found).on, pipe.ends[0]);
}

TEST(DescriptorWaitTest, ReadOfAPipeAndOfAnEventfd) {
  const Pipe pipe;
  const Finding found = FindingOf(
      SYS_read, [&] { pipe.Take(); }, [&] { pipe.Feed(); });
  EXPECT_EQ(found.unit.state, WaitState::kRead);
  const auto wait = WaitOf<DescriptorWait>(found);
  EXPECT_EQ(wait.on.number, pipe.ends[0]);
  ASSERT_TRUE(wait.other_end && wait.other_end->at);
  EXPECT_TRUE(wait.other_end->writes);
  EXPECT_EQ(wait.other_end->at->number, pipe.ends[1]);
  const int event = eventfd(0, EFD_CLOEXEC);
  const Finding other = FindingOf(
      SYS_read,
      [&] {
        eventfd_t value = 0;
        eventfd_read(event, &value);
      },
      [&] { eventfd_write(event, 1); });
  EXPECT_EQ(WaitOf<DescriptorWait>(other).on.number, event);
  EXPECT_FALSE(WaitOf<DescriptorWait>(other).other_end);
  close(event);
}

TEST(DescriptorWaitTest, WriteToAFullPipe) {
  const Pipe pipe;
  FillUp(pipe.ends[1]);
  std::array<char, 65536> drain;
  EXPECT_EQ(StateOf(
                SYS_write, [&] { pipe.Feed(); },
                [&] { EXPECT_GT(read(pipe.ends[0], drain.data(), drain.size()), 0); }),
            "write");
}

TEST(DescriptorWaitTest, AcceptNamesTheAddress) {
  const Listener listener;
  int client = -1;
  const Finding found = FindingOf(
      SYS_accept, [&] { close(accept(listener.fd(), nullptr, nullptr)); },
      [&] { client = listener.Connect(); });
  EXPECT_EQ(found.unit.state, WaitState::kAccept);
  const auto wait = WaitOf<DescriptorWait>(found);
  EXPECT_EQ(wait.on.number, listener.fd());
  EXPECT_TRUE(SocketOf(wait.on).listening);
  EXPECT_EQ(SocketOf(wait.on).local, listener.name());
  close(client);
}

TEST(DescriptorWaitTest, RecvNamesBothAddresses) {
  const Listener listener;
  const int client = listener.Connect();
  const int server = accept(listener.fd(), nullptr, nullptr);
  const Finding found = FindingOf(
      SYS_recvfrom,
      [&] {
        char c = 0;
        recv(client, &c, 1, 0);
      },
      [&] { send(server, "x", 1, 0); });
  EXPECT_EQ(found.unit.state, WaitState::kRecv);
  EXPECT_EQ(SocketOf(WaitOf<DescriptorWait>(found).on).peer, listener.name());
  close(client);
  close(server);
}

TEST(DescriptorWaitTest, SendToAFullSocket) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  FillUp(ends[1]);
  std::array<char, 65536> drain;
  const Finding found = FindingOf(
      SYS_sendto, [&] { send(ends[1], "x", 1, 0); },
      [&] {
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        while (recv(ends[0], drain.data(), drain.size(), 0) > 0) {
        }
      });
  EXPECT_EQ(found.unit.state, WaitState::kSend);
  EXPECT_EQ(SocketOf(WaitOf<DescriptorWait>(found).on).protocol, OpenSocket::Protocol::kUnix);
  close(ends[0]);
  close(ends[1]);
}

TEST(DescriptorWaitTest, ConnectToASocketNobodyAcceptsFrom) {
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
  const Finding found = FindingOf(
      SYS_connect, [&] { static_cast<void>(connect(second, target, size)); },
      [&] { close(accept(listener, nullptr, nullptr)); });
  EXPECT_EQ(found.unit.state, WaitState::kConnect);
  EXPECT_EQ(WaitOf<DescriptorWait>(found).connects_to, "@" + name);
  close(first);
  close(second);
  close(listener);
}

}  // namespace
}  // namespace taskleak
