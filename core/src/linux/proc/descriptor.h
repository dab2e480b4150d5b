// Finds out what a file descriptor of the looked-at process is.
#ifndef TASKLEAK_SRC_LINUX_PROC_DESCRIPTOR_H_
#define TASKLEAK_SRC_LINUX_PROC_DESCRIPTOR_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace taskleak::platform {

/// A descriptor of one thread, which may have a table of its own (unshare(2), CLONE_FILES).
struct Descriptor {
  int number = -1;
  int thread = 0;  ///< 0: in the table of the thread that looks
};

/// A socket.
struct OpenSocket {
  enum class Protocol { kTcp, kUdp, kOtherIp, kUnix, kNetlink, kOther };
  Protocol protocol = Protocol::kOther;
  bool listening = false;
  std::string local;  ///< its address in the form of AddressText(); may be empty
  std::string peer;   ///< the address that it is connected to; empty if it is not connected
  int tcp_state = 0;  ///< include/net/tcp_states.h; 0: not TCP, listening, or unknown
};

/// Returns "tcp", "udp", "ip", "unix", "netlink" or "socket", which signatures are made of.
std::string_view NameOf(OpenSocket::Protocol protocol);

/// A socket in a thread's own descriptor table, which other threads cannot ask.
struct UnreachableSocket {};

/// A timerfd.
struct OpenTimer {
  /// Zero if it is not set; nothing if that is unknown.
  std::optional<std::chrono::nanoseconds> left;
};

/// An end of a pipe.
struct OpenPipe {
  std::string path;  ///< the path of a FIFO; empty for other pipes
};

/// A descriptor of an image, which does not have what it was open on.
struct UnknownFile {};

/// Anything else.
struct OtherFile {
  std::string name;  ///< a path, or the kernel's name for it: "eventfd", "inotify"
};

/// The open object of a descriptor; std::monostate if it is not open.
using OpenFile = std::variant<std::monostate, OpenSocket, UnreachableSocket, OpenTimer, OpenPipe,
                              UnknownFile, OtherFile>;

/// Reads what is open. Neither blocks nor changes the descriptor. Thread-safe.
OpenFile ReadOpenFile(const Descriptor& descriptor);

/// A descriptor of the looked-at thread's table, and what it is open on.
struct OpenDescriptor {
  int number = -1;
  dev_t device = 0;
  ino_t inode = 0;  ///< of a socket or pipe, its own number; anonymous files have one in common
  std::string
      target;  ///< "socket:[4711]", "anon_inode:[eventpoll]", a path even if that is deleted
  std::optional<OpenSocket::Protocol> socket;  ///< if it is a socket

  bool operator==(const OpenDescriptor&) const = default;
};

/// Returns all that are open, by ascending number, except the one that this look needs. Takes some
/// microseconds for each. Thread-safe.
Result<std::vector<OpenDescriptor>> ListDescriptors();

/// Returns "127.0.0.1:8080", "[::1]:8080", a path, or "@name" for an abstract one. Returns an empty
/// text for other families.
std::string AddressText(const sockaddr_storage& address, socklen_t size);

/// Returns true if it is a socket that accepts connections.
bool IsListening(const Descriptor& descriptor);

/// Returns the descriptors that an epoll descriptor watches (proc_pid_fdinfo(5)), or none if it is
/// not one. Fails if that cannot be read.
Result<std::vector<Descriptor>> WatchedByEpoll(const Descriptor& descriptor);

/// Returns true if both are open on the same file, pipe or socket.
bool AreSame(const Descriptor& a, const Descriptor& b);

/// The ends of pipes and FIFOs that this process had open at one moment. Other processes may have
/// more.
class PipeEnds {
 public:
  /// Looks at every descriptor, also of threads with a table of their own. Takes a few microseconds
  /// for each.
  PipeEnds();

  /// Returns true if it is an end of a pipe or FIFO.
  [[nodiscard]] static bool Has(const Descriptor& descriptor);
  /// Returns a descriptor through which the same pipe can be written (or read), if there is one.
  /// Fails if none was found, but not every descriptor could be looked at.
  [[nodiscard]] Result<std::optional<Descriptor>> Writer(const Descriptor& reader) const {
    return Find(writers_, reader);
  }
  [[nodiscard]] Result<std::optional<Descriptor>> Reader(const Descriptor& writer) const {
    return Find(readers_, writer);
  }

 private:
  using Ends = std::map<std::pair<dev_t, ino_t>, Descriptor>;
  [[nodiscard]] Result<std::optional<Descriptor>> Find(const Ends& ends,
                                                       const Descriptor& descriptor) const;
  void AddTable(int thread);
  void Miss(Error error);

  Ends writers_;
  Ends readers_;
  std::optional<Error> missed_;  // why some may be missing
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_DESCRIPTOR_H_
