// What a file descriptor of the process that is looked at is.
#ifndef TASKLEAK_SRC_LINUX_PROC_DESCRIPTOR_H_
#define TASKLEAK_SRC_LINUX_PROC_DESCRIPTOR_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

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
  std::string local;  ///< its address, as AddressText(); may be empty
  std::string peer;   ///< of what it is connected to; empty if it is not
  int tcp_state = 0;  ///< include/net/tcp_states.h; 0: not TCP, listening, or unknown
};

/// A socket in a descriptor table of a thread's own, which others cannot ask.
struct UnreachableSocket {};

/// A timerfd.
struct OpenTimer {
  /// Zero if it is not set; nothing if that is unknown.
  std::optional<std::chrono::nanoseconds> left;
};

/// An end of a pipe.
struct OpenPipe {
  std::string path;  ///< of a FIFO; empty for other pipes
};

/// Anything else.
struct OtherFile {
  std::string name;  ///< a path, or what the kernel calls it: "eventfd", "inotify"
};

/// What is open at a descriptor; nothing if it is not open.
using OpenFile =
    std::variant<std::monostate, OpenSocket, UnreachableSocket, OpenTimer, OpenPipe, OtherFile>;

/// Neither blocks nor changes anything about the descriptor. Thread-safe.
OpenFile ReadOpenFile(const Descriptor& descriptor);

/// "127.0.0.1:8080", "[::1]:8080", a path, or "@name" for an abstract one; empty for other
/// families.
std::string AddressText(const sockaddr_storage& address, socklen_t size);

/// True if it is a socket that accepts connections.
bool IsListening(const Descriptor& descriptor);

/// The descriptors an epoll descriptor watches (proc_pid_fdinfo(5)); empty if it is none.
std::vector<Descriptor> WatchedByEpoll(const Descriptor& descriptor);

/// True if both are open on the same file, pipe or socket.
bool AreSame(const Descriptor& a, const Descriptor& b);

/// Which ends of pipes and FIFOs this process had open at one moment. Other processes may have
/// more.
class PipeEnds {
 public:
  /// Looks at every descriptor, also of threads with a table of their own: a few microseconds for
  /// each.
  PipeEnds();

  /// True if it is an end of a pipe or FIFO.
  [[nodiscard]] static bool Has(const Descriptor& descriptor);
  /// A descriptor through which the same pipe can be written to (read from), if there is one.
  [[nodiscard]] std::optional<Descriptor> Writer(const Descriptor& reader) const {
    return Find(writers_, reader);
  }
  [[nodiscard]] std::optional<Descriptor> Reader(const Descriptor& writer) const {
    return Find(readers_, writer);
  }

 private:
  using Ends = std::map<std::pair<dev_t, ino_t>, Descriptor>;
  static std::optional<Descriptor> Find(const Ends& ends, const Descriptor& descriptor);
  void AddTable(int thread);

  Ends writers_;
  Ends readers_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_DESCRIPTOR_H_
