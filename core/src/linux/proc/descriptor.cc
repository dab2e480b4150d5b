#include "linux/proc/descriptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "linux/proc/proc_file.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "linux/proc/thread_list.h"
#include "linux/proc/visit_descriptors.h"

namespace taskleak::platform {
namespace {

// This asks about descriptors of other code with bare system calls. ThreadSanitizer would take a
// call of libc's functions for a use that must not race with the owner's close.
int SocketOption(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return syscall(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

std::string UnixAddress(const sockaddr_storage& address, socklen_t size) {
  sockaddr_un local{};
  std::memcpy(&local, &address, sizeof local);
  const std::size_t length =
      size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0;
  if (length == 0) return {};
  // An abstract name begins with a zero byte and is not terminated (unix(7)).
  if (local.sun_path[0] == '\0') return std::string("@").append(local.sun_path + 1, length - 1);
  return std::string(local.sun_path, strnlen(local.sun_path, length));
}

std::string Address(int fd, long call) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return syscall(call, fd, &address, &size) == 0 ? AddressText(address, size) : std::string();
}

OpenSocket::Protocol ProtocolOf(int fd) {
  using Protocol = OpenSocket::Protocol;
  const int domain = SocketOption(fd, SO_DOMAIN);
  const int type = SocketOption(fd, SO_TYPE);
  if (domain == AF_UNIX) return Protocol::kUnix;
  if (domain == AF_NETLINK) return Protocol::kNetlink;
  if (domain != AF_INET && domain != AF_INET6) return Protocol::kOther;
  return type == SOCK_STREAM  ? Protocol::kTcp
         : type == SOCK_DGRAM ? Protocol::kUdp
                              : Protocol::kOtherIp;
}

int TcpState(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return syscall(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_state
                                                                               : 0;
}

OpenSocket ReadSocket(int fd) {
  OpenSocket socket;
  socket.protocol = ProtocolOf(fd);
  socket.listening = SocketOption(fd, SO_ACCEPTCONN) == 1;
  socket.local = Address(fd, SYS_getsockname);
  socket.peer = Address(fd, SYS_getpeername);
  if (socket.protocol == OpenSocket::Protocol::kTcp && !socket.listening)
    socket.tcp_state = TcpState(fd);
  return socket;
}

// "/proc/thread-self/" or "/proc/self/task/TID/"
std::string FolderOf(int thread) {
  if (thread == 0) return std::string(SubjectThreadFolder());
  return std::string(SubjectFolder()) + "task/" + std::to_string(thread) + '/';
}

std::string PathOf(const Descriptor& descriptor) {
  return FolderOf(descriptor.thread) + "fd/" + std::to_string(descriptor.number);
}

std::string LinkTarget(const Descriptor& descriptor) {
  std::array<char, 4096> target;
  const ssize_t n = readlink(PathOf(descriptor).c_str(), target.data(), target.size());
  return n < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(n));
}

Result<std::string> InfoOf(const Descriptor& descriptor) {
  const std::string path =
      FolderOf(descriptor.thread) + "fdinfo/" + std::to_string(descriptor.number);
  return ReadWholeProcFile(path.c_str());
}

// Returns whether the number refers to the same file in this thread's table. The links of sockets
// and pipes contain their number. Other files are not asked by number here.
bool IsAsHere(const Descriptor& descriptor, const std::string& target) {
  return descriptor.thread == 0 || LinkTarget({descriptor.number, 0}) == target;
}

// "it_value: (0, 49000000)" in fdinfo: seconds and nanoseconds (proc_pid_fdinfo(5)).
OpenTimer ReadTimer(const Descriptor& descriptor) {
  const std::string info = InfoOf(descriptor).value_or("");
  constexpr std::string_view kKey = "it_value: (";
  const std::size_t at = info.find(kKey);
  if (at == std::string::npos) return {};
  NumberReader numbers(std::string_view(info).substr(at + kKey.size()));
  const std::chrono::seconds seconds(numbers.Next().value_or(0));
  numbers.SkipCharacter(',');
  return {seconds + std::chrono::nanoseconds(numbers.Next().value_or(0))};
}

OpenFile ReadSocket(const Descriptor& descriptor, const std::string& target) {
  if (!IsAsHere(descriptor, target)) return UnreachableSocket();
  return ReadSocket(SubjectDescriptor(descriptor.number).get());
}

// Works on a path, so it also works for other threads' tables.
bool Stat(const Descriptor& descriptor, struct stat* info) {
  return syscall(SYS_newfstatat, AT_FDCWD, PathOf(descriptor).c_str(), info, 0) == 0;
}

// Reads fdinfo's "flags:", which are those of open(2) in octal.
Result<int> AccessOf(const Descriptor& descriptor) {
  const auto info = InfoOf(descriptor);
  if (!info) return info.error();
  constexpr std::string_view kKey = "flags:";
  const std::size_t at = info->find(kKey);
  if (at == std::string::npos) return Error{EBADMSG};
  const auto flags = NumberReader(std::string_view(*info).substr(at + kKey.size())).Next(8);
  if (!flags) return Error{EBADMSG};
  return static_cast<int>(*flags) & O_ACCMODE;
}

// Returns false also if this is not known, since kcmp(2) may be denied.
bool HasOwnTable(int thread) {
  constexpr int kFiles = 2;  // KCMP_FILES, include/uapi/linux/kcmp.h
  return syscall(SYS_kcmp, SubjectThread(), thread, kFiles, 0, 0) > 0;
}

// Returns nothing if the descriptor was closed meanwhile.
std::optional<OpenDescriptor> ReadDescriptor(int number) {
  const Descriptor descriptor{number, 0};
  struct stat info {};
  std::string target = LinkTarget(descriptor);
  if (target.empty() || !Stat(descriptor, &info)) return std::nullopt;
  // proc_pid_fd(5) has it behind the path of a file that is no longer there.
  constexpr std::string_view kDeleted = " (deleted)";
  if (info.st_nlink == 0 && target.ends_with(kDeleted))
    target.resize(target.size() - kDeleted.size());
  OpenDescriptor open{number, info.st_dev, info.st_ino, std::move(target), std::nullopt};
  if (S_ISSOCK(info.st_mode)) open.socket = ProtocolOf(SubjectDescriptor(number).get());
  return open;
}

}  // namespace

std::string_view NameOf(OpenSocket::Protocol protocol) {
  switch (protocol) {
    case OpenSocket::Protocol::kTcp:
      return "tcp";
    case OpenSocket::Protocol::kUdp:
      return "udp";
    case OpenSocket::Protocol::kOtherIp:
      return "ip";
    case OpenSocket::Protocol::kUnix:
      return "unix";
    case OpenSocket::Protocol::kNetlink:
      return "netlink";
    case OpenSocket::Protocol::kOther:
      break;
  }
  return "socket";
}

Result<std::vector<OpenDescriptor>> ListDescriptors() {
  std::vector<OpenDescriptor> open;
  const auto error = VisitDescriptors(FolderOf(0) + "fd", [&open](int number, int directory) {
    if (number == directory) return true;
    if (auto descriptor = ReadDescriptor(number)) open.push_back(*std::move(descriptor));
    return true;
  });
  if (error) return *error;  // a part of the list would hide what rose
  std::ranges::sort(open, {}, &OpenDescriptor::number);
  return open;
}

std::string AddressText(const sockaddr_storage& address, socklen_t size) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return std::string("[").append(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  return address.ss_family == AF_UNIX ? UnixAddress(address, size) : std::string();
}

bool IsListening(const Descriptor& descriptor) {
  return IsAsHere(descriptor, LinkTarget(descriptor)) &&
         SocketOption(SubjectDescriptor(descriptor.number).get(), SO_ACCEPTCONN) == 1;
}

OpenFile ReadOpenFile(const Descriptor& descriptor) {
  if (SubjectImage() != nullptr) return UnknownFile();
  std::string target = LinkTarget(descriptor);
  struct stat info {};
  if (target.empty() || !Stat(descriptor, &info)) return {};
  if (S_ISSOCK(info.st_mode)) return ReadSocket(descriptor, target);
  constexpr std::string_view kAnonymous =
      "anon_inode:";  // "anon_inode:[eventfd]", "anon_inode:inotify"
  if (target.starts_with(kAnonymous)) {
    target.erase(0, kAnonymous.size());
    if (target.size() > 2 && target.front() == '[') target = target.substr(1, target.size() - 2);
    if (target == "timerfd") return ReadTimer(descriptor);
  } else if (S_ISFIFO(info.st_mode)) {
    return OpenPipe{target.starts_with("pipe:") ? std::string() : std::move(target)};
  }
  return OtherFile{std::move(target)};
}

Result<std::vector<Descriptor>> WatchedByEpoll(const Descriptor& descriptor) {
  std::vector<Descriptor> watched;
  const auto info = InfoOf(descriptor);
  if (!info) return info.error();
  constexpr std::string_view kKey = "tfd:";
  for (std::size_t at = info->find(kKey); at != std::string::npos; at = info->find(kKey, at + 1)) {
    const auto number = NumberReader(std::string_view(*info).substr(at + kKey.size())).Next();
    if (number) watched.push_back({static_cast<int>(*number), descriptor.thread});
  }
  return watched;
}

bool AreSame(const Descriptor& a, const Descriptor& b) {
  struct stat one {};
  struct stat other {};
  return Stat(a, &one) && Stat(b, &other) && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

bool PipeEnds::Has(const Descriptor& descriptor) {
  struct stat info {};
  return Stat(descriptor, &info) && S_ISFIFO(info.st_mode);
}

PipeEnds::PipeEnds() {
  AddTable(0);
  const auto threads = ListThreads();
  if (!threads) {
    Miss(threads.error());
    return;
  }
  for (const ThreadId& thread : **threads) {
    if (thread.tid != SubjectThread() && HasOwnTable(thread.tid)) AddTable(thread.tid);
  }
}

void PipeEnds::AddTable(int thread) {
  const auto error = VisitDescriptors(FolderOf(thread) + "fd", [&](int number, int) {
    const Descriptor descriptor{number, thread};
    struct stat info {};
    if (!Stat(descriptor, &info) || !S_ISFIFO(info.st_mode)) return true;
    const auto access = AccessOf(descriptor);
    if (!access) {
      Miss(access.error());
      return true;
    }
    const std::pair pipe(info.st_dev, info.st_ino);
    if (*access != O_RDONLY) writers_.emplace(pipe, descriptor);
    if (*access != O_WRONLY) readers_.emplace(pipe, descriptor);
    return true;
  });
  if (error) Miss(*error);
}

// What has been closed meanwhile, or was a thread's that has ended, is not missing.
void PipeEnds::Miss(Error error) {
  if (!MeansEnded(error)) missed_ = error;
}

Result<std::optional<Descriptor>> PipeEnds::Find(const Ends& ends,
                                                 const Descriptor& descriptor) const {
  struct stat info {};
  if (!Stat(descriptor, &info)) return Error::OfLastCall();
  const auto found = ends.find({info.st_dev, info.st_ino});
  if (found != ends.end()) return std::optional(found->second);
  if (missed_) return *missed_;
  return std::optional<Descriptor>();
}

}  // namespace taskleak::platform
