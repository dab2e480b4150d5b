// What a file descriptor of the process that is looked at is.
#ifndef TASKLEAK_SRC_PLATFORM_DESCRIPTOR_H_
#define TASKLEAK_SRC_PLATFORM_DESCRIPTOR_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace taskleak::platform {

/// In words: "listening TCP 127.0.0.1:8080", "TCP 127.0.0.1:41000 -> 127.0.0.1:6379 (established)",
/// "pipe", "eventfd", "timerfd, 1.5 s left", a file's path. Empty when it is not open. Neither
/// blocks nor changes anything about the descriptor. Thread-safe.
std::string DescribeDescriptor(int fd);

/// "127.0.0.1:8080", "[::1]:8080", a path, or "@name" for an abstract one; empty for other
/// families.
std::string AddressText(const sockaddr_storage& address, socklen_t size);

/// True if it is a socket that accepts connections.
bool IsListening(int fd);

/// The descriptors an epoll descriptor watches (proc_pid_fdinfo(5)); empty if it is none.
std::vector<int> WatchedByEpoll(int fd);

/// Which ends of pipes and FIFOs this process had open at one moment. Other processes may have
/// more.
class PipeEnds {
 public:
  /// Looks at every descriptor: about a microsecond for each.
  PipeEnds();

  /// True if `fd` is an end of a pipe or FIFO.
  [[nodiscard]] static bool Has(int fd);
  /// A descriptor through which the pipe of `fd` can be written to (read from), if there is one.
  [[nodiscard]] std::optional<int> Writer(int fd) const { return Find(writers_, fd); }
  [[nodiscard]] std::optional<int> Reader(int fd) const { return Find(readers_, fd); }

 private:
  using Ends = std::map<std::pair<dev_t, ino_t>, int>;
  static std::optional<int> Find(const Ends& ends, int fd);

  Ends writers_;
  Ends readers_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_DESCRIPTOR_H_
