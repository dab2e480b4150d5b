// The same as leaky_test.cc, but a connection's end closes all its queues.
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

// Makes a connection to a client that disconnects at once.
std::unique_ptr<push::Connection> Connect() {
  std::array<int, 2> sockets{};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()), 0);
  close(sockets[1]);
  return std::make_unique<push::Connection>(sockets[0], push::Unacknowledged::kForgotten);
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
