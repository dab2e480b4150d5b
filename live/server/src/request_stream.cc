#include "request_stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace taskleak::live {
namespace {

constexpr std::chrono::milliseconds kSlice{50};  // after which a stop is noticed
constexpr std::chrono::seconds kTimeout{5};      // of a client that does nothing
constexpr std::chrono::seconds kGrace{2};

// Returns whether one of the events happened within the slice, or an error that a later call will
// report.
bool Poll(int socket, short events, std::chrono::milliseconds most) {
  pollfd wanted{socket, events, 0};
  return poll(&wanted, 1, static_cast<int>(most.count())) > 0;
}

}  // namespace

RequestStream::RequestStream(int socket, const std::atomic<bool>& stopping)
    : socket_(socket), stopping_(stopping) {}

// Notes when it first sees that the server stops.
bool RequestStream::HasStoppedFor(Clock::duration time) const {
  if (!stopped_ && stopping_.load()) stopped_ = Clock::now();
  return stopped_ && Clock::now() - *stopped_ >= time;
}

// Waits in slices, and for no longer than the grace once the server stops.
bool RequestStream::Await(short events, Clock::time_point end, Clock::duration grace) const {
  for (;;) {
    const bool is_late = Clock::now() >= end || HasStoppedFor(grace);
    if (Poll(socket_, events, is_late ? std::chrono::milliseconds(0) : kSlice)) return true;
    if (is_late) return false;
  }
}

bool RequestStream::AwaitRequest() const {
  return Await(POLLIN, std::min(start_ + kLongest, Clock::now() + kTimeout), Clock::duration(0));
}

bool RequestStream::AwaitRoom() const {
  return !HasStoppedFor(kGrace) && Await(POLLOUT, Clock::now() + kTimeout, kGrace);
}

bool RequestStream::is_readable() const { return wait_readable(); }

bool RequestStream::is_writable() const { return wait_writable(); }

bool RequestStream::wait_readable() const { return next_ < end_ || AwaitRequest(); }

bool RequestStream::wait_writable() const { return AwaitRoom(); }

// Returns false at the end of the request, and if it is too long or too slow.
bool RequestStream::Fill() {
  const std::size_t most = std::min(buffer_.size(), kMostBytes - received_);
  if (most == 0 || Clock::now() >= start_ + kLongest || !AwaitRequest()) return false;
  const ssize_t size = recv(socket_, buffer_.data(), most, MSG_DONTWAIT);
  next_ = 0;
  end_ = size > 0 ? static_cast<std::size_t>(size) : 0;
  received_ += end_;
  return end_ > 0;
}

ssize_t RequestStream::read(char* to, std::size_t size) {
  if (next_ == end_ && !Fill()) return -1;
  const std::size_t count = std::min(size, end_ - next_);
  std::copy_n(buffer_.data() + next_, count, to);
  next_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t RequestStream::write(const char* from, std::size_t size) {
  if (!AwaitRoom()) return -1;
  return send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// The endpoint does not ask for addresses.
void RequestStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

void RequestStream::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

int RequestStream::socket() const { return socket_; }

time_t RequestStream::duration() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_).count();
}

}  // namespace taskleak::live
