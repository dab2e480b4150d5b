// The bytes of one connection, with limits.
#ifndef TASKLEAK_LIVE_SERVER_SRC_REQUEST_STREAM_H_
#define TASKLEAK_LIVE_SERVER_SRC_REQUEST_STREAM_H_

#include <httplib.h>
#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>

namespace taskleak::live {

/// Reads one request from a socket and writes its answer. A request may have 32 KB in all and take
/// ten seconds, however it is divided: cpp-httplib buffers lines and bodies without a limit, and
/// restarts its wait for each byte. Once the server stops, it waits for nothing more, except that
/// an answer under way may be written for two seconds.
///
/// Not thread-safe. Has what any version of httplib::Stream requires, so that not all of its
/// functions override one.
class RequestStream : public httplib::Stream {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{32} << 10;
  static constexpr std::chrono::seconds kLongest{10};

  RequestStream(int socket, const std::atomic<bool>& stopping);

  // NOLINTBEGIN(modernize-use-override, readability-identifier-naming,
  // cppcoreguidelines-explicit-virtual-functions)
  bool is_readable() const;
  bool is_writable() const;
  bool wait_readable() const;
  bool wait_writable() const;
  ssize_t read(char* to, std::size_t size);
  ssize_t write(const char* from, std::size_t size);
  void get_remote_ip_and_port(std::string& ip, int& port) const;
  void get_local_ip_and_port(std::string& ip, int& port) const;
  int socket() const;
  time_t duration() const;
  // NOLINTEND(modernize-use-override, readability-identifier-naming,
  // cppcoreguidelines-explicit-virtual-functions)

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool HasStoppedFor(Clock::duration time) const;
  [[nodiscard]] bool Await(short events, Clock::time_point end, Clock::duration grace) const;
  [[nodiscard]] bool AwaitRequest() const;
  [[nodiscard]] bool AwaitRoom() const;
  bool Fill();

  const int socket_;
  const std::atomic<bool>& stopping_;
  const Clock::time_point start_ = Clock::now();
  mutable std::optional<Clock::time_point> stopped_;
  std::array<char, 4096> buffer_{};
  std::size_t next_ = 0;  // in the buffer, to be read
  std::size_t end_ = 0;   // of the bytes in the buffer
  std::size_t received_ = 0;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SERVER_SRC_REQUEST_STREAM_H_
