// The context is stopped while the session waits for its timer, so the session is never resumed. It
// keeps the server, which keeps the context, which keeps the session.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tick_server.h"

TEST(TickServerTest, Ticks) {
  const auto server = TickServer::Start();
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket client(context);
  client.connect({boost::asio::ip::address_v4::loopback(), server->port()});
  std::array<char, 5> tick{};
  boost::asio::read(client, boost::asio::buffer(tick));
  EXPECT_EQ(std::string(tick.begin(), tick.end()), "tick\n");
  server->Stop();
}
