// Nobody closes the queue of messages to be sent again: of each connection that ever was, one
// thread waits on. Of 154 such threads only 29 belong to connections that are still there.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "connection.h"

namespace {

constexpr int kConnections = 154;
constexpr std::size_t kAtOnce = 29;

// A connection to a client that goes away at once.
std::unique_ptr<push::Connection> Connect() {
  std::array<int, 2> sockets{};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()), 0);
  close(sockets[1]);
  return std::make_unique<push::Connection>(sockets[0], push::Unacknowledged::kAwaited);
}

TEST(PushTest, ClientsComeAndGo) {
  std::vector<std::unique_ptr<push::Connection>> connections;
  for (int i = 0; i < kConnections; ++i) {
    if (connections.size() == kAtOnce) connections.erase(connections.begin());
    connections.push_back(Connect());
    connections.back()->Push("news");
  }
  EXPECT_EQ(connections.size(), kAtOnce);
}

}  // namespace
