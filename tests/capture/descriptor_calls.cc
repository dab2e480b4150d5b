// Calls that wait for a descriptor.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "capture/calls.h"
#include "support/libc_calls.h"

namespace taskleak::capture {

void AddPolling(Calls& calls) {
  const auto pipe =
      std::make_shared<Pipe>();  // becomes readable at the release, so all end together
  const auto put = [pipe] { pipe->Put(); };
  const int fd = pipe->in();
  Add(
      calls, "poll", {kCallOfPoll},
      [fd] {
        pollfd p{fd, POLLIN, 0};
        return poll(&p, 1, -1) == 1;
      },
      put);
  Add(calls, "poll with timeout", {kCallOfPoll},
      [] { return LastsItsTime([] { return poll(nullptr, 0, kSeconds * 1000) == 0; }); });
  Add(
      calls, "ppoll", {SYS_ppoll},
      [fd] {
        pollfd p{fd, POLLIN, 0};
        return ppoll(&p, 1, nullptr, nullptr) == 1;
      },
      put);
  const auto set = [fd] {
    fd_set s;
    FD_ZERO(&s);
    FD_SET(fd, &s);
    return s;
  };
  Add(
      calls, "select", {kCallOfSelect, SYS_pselect6},
      [fd, set] {
        fd_set s = set();
        return select(fd + 1, &s, nullptr, nullptr, nullptr) == 1;
      },
      put);
  Add(
      calls, "pselect", {SYS_pselect6},
      [fd, set] {
        fd_set s = set();
        return pselect(fd + 1, &s, nullptr, nullptr, nullptr, nullptr) == 1;
      },
      put);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event interest{};
  interest.events = EPOLLIN;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest) != 0) std::abort();
  Add(
      calls, "epoll_wait", {kCallOfEpollWait},
      [epoll] {
        epoll_event e;
        return epoll_wait(epoll, &e, 1, -1) == 1;
      },
      put);
  const int idle = epoll_create1(EPOLL_CLOEXEC);
  Add(calls, "epoll_wait with timeout", {kCallOfEpollWait}, [idle] {
    return LastsItsTime([idle] {
      epoll_event e;
      return epoll_wait(idle, &e, 1, kSeconds * 1000) == 0;
    });
  });
  Add(
      calls, "epoll_pwait", {SYS_epoll_pwait},
      [epoll] {
        epoll_event e;
        return epoll_pwait(epoll, &e, 1, -1, nullptr) == 1;
      },
      put);
}

void AddFiles(Calls& calls) {
  const auto pipe = std::make_shared<Pipe>();
  Add(
      calls, "read from a pipe", {SYS_read},
      [pipe] {
        char c = 0;
        return read(pipe->in(), &c, 1) == 1;
      },
      [pipe] { pipe->Put(); });
  const int event = eventfd(0, EFD_CLOEXEC);
  Add(
      calls, "read from an eventfd", {SYS_read},
      [event] {
        std::uint64_t n = 0;
        return read(event, &n, sizeof n) == sizeof n;
      },
      [event] { eventfd_write(event, 1); });
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  Add(
      calls, "read from a timerfd", {SYS_read},
      [timer] {
        std::uint64_t n = 0;
        return read(timer, &n, sizeof n) == sizeof n && n == 1;
      },
      [timer] {
        const itimerspec soon = {{0, 0}, {0, 1}};
        timerfd_settime(timer, 0, &soon, nullptr);
      });
  const int watch = inotify_init1(IN_CLOEXEC);
  static std::array<char, 32> path = {"/tmp/taskleak-capture-XXXXXX"};
  const int file = mkostemp(path.data(), O_CLOEXEC);
  inotify_add_watch(watch, path.data(), IN_ATTRIB);
  unlink(
      path.data());  // a change of the link count would be an event, so this comes before the read
  char drained[512];
  if (read(watch, drained, sizeof drained) <= 0) std::abort();
  Add(
      calls, "read from inotify", {SYS_read},
      [watch] {
        char b[512];
        return read(watch, b, sizeof b) > 0;
      },
      [file] { fchmod(file, 0600); });
  const auto full = std::make_shared<Pipe>();
  Add(
      calls, "write to a full pipe", {SYS_write},
      [full] {
        static std::array<char, 1 << 18> data{};  // larger than a pipe: blocks with a part written
        return write(full->ends[1], data.data(), data.size()) == static_cast<ssize_t>(data.size());
      },
      [full] {
        std::array<char, 1 << 16> sink;
        for (std::size_t left = 1 << 18; left > 0;) {
          left -= static_cast<std::size_t>(read(full->in(), sink.data(), sink.size()));
        }
      });
  const int locked = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  flock(locked, LOCK_EX);
  Add(
      calls, "flock", {SYS_flock},
      [] {
        const int other = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        return flock(other, LOCK_EX) == 0 && close(other) == 0;
      },
      [locked] { flock(locked, LOCK_UN); });
  LastHasNoFrame(calls);
}

void AddSockets(Calls& calls) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 1) != 0)
    std::abort();
  Add(
      calls, "accept", {SYS_accept, SYS_accept4},
      [listener] { return accept(listener, nullptr, nullptr) >= 0; },
      [listener] {
        sockaddr_in to{};
        socklen_t size = sizeof to;
        getsockname(listener, reinterpret_cast<sockaddr*>(&to), &size);
        const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(client, reinterpret_cast<sockaddr*>(&to), size) != 0) std::abort();
      });
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) std::abort();
  Add(
      calls, "recv", {SYS_recvfrom},
      [pair] {
        char c = 0;
        return recv(pair[0], &c, 1, 0) == 1;
      },
      [pair] { send(pair[1], "x", 1, 0); });
  std::array<int, 2> idle{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, idle.data()) != 0) std::abort();
  const timeval timeout = {kSeconds, 0};
  setsockopt(idle[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  Add(calls, "recv with SO_RCVTIMEO", {SYS_recvfrom}, [idle] {
    char c = 0;
    return LastsItsTime(
        [&] { return recv(idle[0], &c, 1, 0) == -1 && (errno == EAGAIN || errno == EWOULDBLOCK); });
  });
}

}  // namespace taskleak::capture
