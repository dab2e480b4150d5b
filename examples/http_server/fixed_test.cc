// The same as leaky_test.cc, but the server is stopped.
#include <gtest/gtest.h>
#include <httplib.h>
#include <taskleak/gtest.h>

#include "greeting_server.h"

TEST(GreetingServerTest, GreetsByName) {
  const auto server = greeting::GreetingServer::Start();
  httplib::Client client("127.0.0.1", server->port());
  const auto response = client.Get("/greet?name=Ada");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "Hello, Ada!");
  server->Stop();
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  taskleak::gtest::AddListener();
  return RUN_ALL_TESTS();
}
