// The ready server, with requests over real connections.
#include "taskleak/live/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <httplib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"
#include "taskleak/alive.h"
#include "taskleak/census.h"
#include "taskleak/task.h"

namespace taskleak::live {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A connection that sends bytes unchanged.
class Connection {
 public:
  explicit Connection(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_open_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A server that has already refused the rest resets the connection.
  // Returns false then.
  bool Send(const std::string& bytes) const {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t n =
          is_open_ ? send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL) : -1;
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  }

  // Returns the whole answer, or an empty text if the connection was refused.
  [[nodiscard]] std::string Receive() const {
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; is_open_ && (n = recv(fd_, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(n));
    return answer;
  }

  void EndSending() const { shutdown(fd_, SHUT_WR); }

 private:
  int fd_;
  bool is_open_ = false;
};

std::string Exchange(int port, const std::string& bytes) {
  const Connection connection(port);
  connection.Send(bytes);
  connection.EndSending();
  return connection.Receive();
}

int StatusOf(int port, const char* path, const httplib::Headers& headers = {}) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(60);
  const auto result = client.Get(path, headers);
  return result ? result->status : -1;
}

TEST(ServerTest, AnswersCurl) {
  const Server server;
  const Task task("session");
  const Outcome outcome =
      RunProgram("/bin/sh", {"-c", "curl -sf http://127.0.0.1:" + std::to_string(server.port()) +
                                       "/debug/tasks/?debug=2"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"session\" [queued]:"));
}

TEST(ServerTest, ItsThreadsAreNeitherReportedNorCounted) {
  const std::size_t before = TakeCensus().threads;
  const std::size_t units = FindAlive().unit_count();
  const Server server;  // its threads count as taskleak's own from the start
  EXPECT_EQ(FindAlive().unit_count(), units);
  EXPECT_EQ(TakeCensus().threads, before);
  // By another process: a client of cpp-httplib 0.41 leaves a thread of getaddrinfo_a for a second.
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/debug/tasks/";
  EXPECT_EQ(RunProgram("curl", {"--silent", "--fail", "--output", "/dev/null", url}).exit_code, 0);
  EXPECT_EQ(TakeCensus().threads, before);
}

TEST(ServerTest, RefusesToBindBeyondLoopbackWithoutAToken) {
  ServerOptions options;
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    options.address = address;
    EXPECT_THROW(Server server(options), std::invalid_argument) << address;
  }
  options.address = "example.org";
  EXPECT_THROW(Server server(options), std::invalid_argument);
  options.address = "0.0.0.0";
  options.endpoint.token = "s3cret";
  const Server server(options);
  EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count"), 401);
  EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count", {{"Authorization", "Bearer wrong"}}),
            401);
  EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count", {{"Authorization", "Bearer s3cret"}}),
            200);
}

TEST(ServerTest, OtherPathsAreAnsweredWithTheRightOne) {
  const Server server;
  httplib::Client client("127.0.0.1", server.port());
  for (const char* path : {"/", "/debug/task", "/debug/tasks/none"}) {
    const auto result = client.Get(path);
    ASSERT_TRUE(result) << path;
    EXPECT_EQ(result->status, 404) << path;
    EXPECT_THAT(result->body, HasSubstr(" /debug/tasks/\n")) << path;
  }
}

TEST(ServerTest, WithATokenOtherPathsNeedItToo) {
  ServerOptions options;
  options.endpoint.token = "s3cret";
  const Server server(options);
  EXPECT_EQ(StatusOf(server.port(), "/"), 401);
  EXPECT_EQ(StatusOf(server.port(), "/", {{"Authorization", "Bearer s3cret"}}), 404);
}

TEST(ServerTest, APortThatIsTakenIsAnError) {
  const Server server;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ServerOptions options;
  options.port = ntohs(address.sin_port);
  const std::string reason = std::generic_category().message(EADDRINUSE);
  try {
    const Server second(options);
    ADD_FAILURE() << "it has started";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(),
              "cannot listen at 127.0.0.1, port " + std::to_string(options.port) + ": " + reason);
  }
  close(fd);
}

TEST(ServerTest, WithoutATokenANameOfSomebodyElseIsRefused) {
  const Server server;
  for (const char* own : {"localhost:1", "127.0.0.1", "[::1]:80"})
    EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count", {{"Host", own}}), 200) << own;
  for (const char* foreign : {"evil.example", "localhost.evil.example:80", "127.0.0.1.example"})
    EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count", {{"Host", foreign}}), 403) << foreign;
}

TEST(ServerTest, MalformedAndHugeRequestsAreRefusedAndItGoesOn) {
  const Server server;
  const std::string host = "Host: localhost\r\n";
  const std::vector<std::string> bad = {
      "",
      "\r\n\r\n",
      "nonsense\r\n\r\n",
      "GET\r\n\r\n",
      "GET /debug/tasks/ HTTP/9.9\r\n\r\n",
      std::string("\0\xff\x01\x02", 4),
      "GET /debug/tasks/\r\n" + host + "\r\n",
      "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
      "GET /debug/tasks/?" + std::string(100'000, '&') + " HTTP/1.1\r\n" + host + "\r\n",
      "GET /debug/tasks/ HTTP/1.1\r\n" + host + "X: " + std::string(1'000'000, 'b') + "\r\n\r\n",
      "POST /debug/tasks/ HTTP/1.1\r\n" + host + "Content-Length: 99999999999\r\n\r\nx",
      "POST /debug/tasks/ HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
      "DELETE /debug/tasks/ HTTP/1.1\r\n" + host + "\r\n",
  };
  for (const std::string& request : bad) {
    const std::string answer = Exchange(server.port(), request);
    EXPECT_THAT(answer, AnyOf(IsEmpty(), StartsWith("HTTP/1.1 4"))) << request.substr(0, 80);
  }
  EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count"), 200);
}

std::size_t ResidentKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stoul(line.substr(6));
  }
  return 0;
}

// Sends a part again and again, until it is refused or has 64 MB. Returns how much was sent.
std::size_t Flood(int port, const std::string& begin, const std::string& part) {
  constexpr std::size_t kMost = std::size_t{64} << 20;
  const Connection connection(port);
  std::size_t sent = 0;
  if (!connection.Send(begin)) return sent;
  while (sent < kMost && connection.Send(part)) sent += part.size();
  return sent;
}

TEST(ServerTest, NoRequestTakesMuchMemory) {
  const Server server;
  const std::string line = "POST /debug/tasks/count HTTP/1.1\r\nHost: localhost\r\n";
  const std::string text(65'536, 'a');
  std::string headers;
  for (int i = 0; i < 16; ++i) headers += "X: " + std::string(4000, 'b') + "\r\n";
  const std::vector<std::pair<std::string, std::string>> floods = {
      {"GET /", text},
      {line + "X: ", text},
      {line, headers},
      {line + "Transfer-Encoding: chunked\r\n\r\n", "10000\r\n" + text + "\r\n"},
  };
  EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count"), 200);
  for (const auto& [begin, part] : floods) {
    const std::size_t before = ResidentKilobytes();
    EXPECT_LT(Flood(server.port(), begin, part), std::size_t{32} << 20) << begin;
    EXPECT_LT(ResidentKilobytes(), before + 5'000) << begin;
  }
  EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count"), 200);
}

TEST(ServerTest, AThousandAtOnceAreAllAnswered) {
  constexpr rlim_t kDescriptors = 4096;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min(std::max(limit.rlim_cur, kDescriptors), limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  const Server server;
  std::deque<Connection> clients;
  for (int i = 0; i < 1000; ++i)
    clients.emplace_back(server.port())
        .Send("GET /debug/tasks/?debug=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (const Connection& client : clients)
    ASSERT_THAT(client.Receive(), StartsWith("HTTP/1.1 200"));
}

// There are as many such clients as workers.
TEST(ServerTest, ClientsThatSayNothingAreLeftForOthers) {
  const Server server;
  std::deque<Connection> silent;
  for (int i = 0; i < 4; ++i) silent.emplace_back(server.port()).Send("GET /debug");
  EXPECT_EQ(StatusOf(server.port(), "/debug/tasks/count"), 200);
}

// The client sends a byte now and then, for longer than the stop may take.
TEST(ServerTest, StoppingWaitsForNobodyWhoIsSlow) {
  auto server = std::make_unique<Server>();
  const Connection slow(server->port());
  slow.Send("GET /debug");
  std::atomic<bool> stopped{false};
  std::thread client([&slow, &stopped] {
    constexpr int kMost = 30;
    for (int i = 0; i < kMost && !stopped.load() && slow.Send("a"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
  });
  EXPECT_EQ(StatusOf(server->port(), "/debug/tasks/count"), 200);  // so the first was accepted
  const auto start = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  stopped.store(true);
  client.join();
}

TEST(ServerTest, StoppingWaitsForNobodyWhoWaitsForADifference) {
  auto server = std::make_unique<Server>();
  const int port = server->port();
  int status = 0;
  std::thread client([&status, port] {
    do {
      status = StatusOf(port, "/debug/tasks/diff?seconds=60");
    } while (status == 429);
  });
  while (StatusOf(port, "/debug/tasks/diff?seconds=1") != 429) {
  }
  server.reset();
  client.join();
  EXPECT_EQ(status, 503);
}

TEST(MountTest, AUsersOwnServerAnswersToo) {
  httplib::Server users;
  users.Get("/hello", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("hello", "text/plain");
  });
  Mount(users, std::make_shared<Endpoint>());
  const int port = users.bind_to_any_port("127.0.0.1");
  std::thread listener([&users] { users.listen_after_bind(); });
  EXPECT_EQ(StatusOf(port, "/hello"), 200);
  EXPECT_EQ(StatusOf(port, "/debug/tasks/?debug=1"), 200);
  EXPECT_EQ(StatusOf(port, "/debug/tasks/metrics"), 200);
  EXPECT_EQ(StatusOf(port, "/debug/tasks/nothing"), 404);
  users.stop();
  listener.join();
}

}  // namespace
}  // namespace taskleak::live
