#include "request_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::live {
namespace {

using Clock = std::chrono::steady_clock;

class RequestStreamTest : public ::testing::Test {
 protected:
  RequestStreamTest() { socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()); }
  ~RequestStreamTest() override {
    for (const int end : ends_) close(end);
  }
  void Send(const std::string& bytes) const {
    EXPECT_EQ(send(ends_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  std::array<int, 2> ends_{-1, -1};
  std::atomic<bool> stopping_{false};
};

TEST_F(RequestStreamTest, ReadsWhatWasSent) {
  RequestStream stream(ends_[0], stopping_);
  Send("GET /");
  std::array<char, 3> bytes{};
  EXPECT_EQ(stream.read(bytes.data(), bytes.size()), 3);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "GET");
  EXPECT_TRUE(stream.is_readable());
  EXPECT_EQ(stream.read(bytes.data(), bytes.size()), 2);
}

TEST_F(RequestStreamTest, ReadsNoMoreThanTheLimit) {
  RequestStream stream(ends_[0], stopping_);
  Send(std::string(2 * RequestStream::kMostBytes, 'a'));
  std::vector<char> bytes(1000);
  std::size_t all = 0;
  for (ssize_t size = 0; (size = stream.read(bytes.data(), bytes.size())) > 0;)
    all += static_cast<std::size_t>(size);
  EXPECT_EQ(all, RequestStream::kMostBytes);
}

TEST_F(RequestStreamTest, AfterTheStopReadsOnlyWhatIsThere) {
  RequestStream stream(ends_[0], stopping_);
  Send("GET /");
  stopping_.store(true);
  std::array<char, 16> bytes{};
  EXPECT_EQ(stream.read(bytes.data(), bytes.size()), 5);
  EXPECT_LT(stream.read(bytes.data(), bytes.size()), 0);
}

TEST_F(RequestStreamTest, AfterTheStopAClientThatTakesItsAnswerSlowlyIsLeft) {
  RequestStream stream(ends_[0], stopping_);
  stopping_.store(true);
  std::atomic<bool> done{false};
  std::thread client([this, &done] {
    std::vector<char> bytes(100'000);
    constexpr int kMost = 100;
    for (int i = 0; i < kMost && !done.load(); ++i) {  // the pace of the client is what is tested
      recv(ends_[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  });
  const std::string answer(65'536, 'a');
  const Clock::time_point start = Clock::now();
  while (stream.write(answer.data(), answer.size()) > 0) {
  }
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(8));
  done.store(true);
  client.join();
}

}  // namespace
}  // namespace taskleak::live
