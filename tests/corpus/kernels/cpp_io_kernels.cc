// Leaks that are specific to C++: threads that wait for a descriptor, so a flag does not wake them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <future>
#include <thread>

#include "corpus/support/await_call.h"
#include "corpus/support/kernel.h"
#include "support/libc_calls.h"

namespace corpus {
namespace {

// Closing a socket does not wake the thread that waits in accept(2) on it.
struct AcceptAfterClose : Kernel<AcceptAfterClose> {
  using Kernel::Kernel;
  const int listener = Listen();
  std::promise<pid_t> acceptor;

  static int Listen() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(socket, 1), 0);
    return socket;
  }
  void Body() {
    Go(&AcceptAfterClose::AcceptLoop);
    AwaitCall(acceptor.get_future().get(), SYS_accept);
    if (fixed()) shutdown(listener, SHUT_RDWR);
    close(listener);
  }
  void AcceptLoop() {
    acceptor.set_value(gettid());
    for (;;) {
      const int connection = accept(listener, nullptr, nullptr);
      if (connection < 0) return;
      close(connection);
    }
  }
};
CORPUS_KERNEL(AcceptAfterClose);

// An event loop is stopped by a flag alone.
struct EventLoopNotWoken : Kernel<EventLoopNotWoken> {
  using Kernel::Kernel;
  std::atomic<bool> stopping{false};
  const int wake = eventfd(0, 0);
  std::promise<pid_t> loop;

  void Body() {
    Go(&EventLoopNotWoken::RunLoop);
    AwaitCall(loop.get_future().get(), taskleak::kCallOfEpollWait);
    stopping = true;
    if (fixed()) eventfd_write(wake, 1);
  }
  void RunLoop() {
    const int events = epoll_create1(0);
    epoll_event readable{};
    readable.events = EPOLLIN;
    epoll_ctl(events, EPOLL_CTL_ADD, wake, &readable);
    loop.set_value(gettid());
    epoll_event happened{};
    while (!stopping) epoll_wait(events, &happened, 1, -1);
    close(events);
  }
};
CORPUS_KERNEL(EventLoopNotWoken);

/// Both ends of a pipe.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) == 0) {
      read_end = ends[0];
      write_end = ends[1];
    }
  }
  int read_end = -1;
  int write_end = -1;
};

// The write end of a pipe stays open, so its reader waits.
struct PipeNeverClosed : Kernel<PipeNeverClosed> {
  using Kernel::Kernel;
  const Pipe pipe;

  void Body() {
    Go(&PipeNeverClosed::ReadLines);
    if (fixed()) close(pipe.write_end);
  }
  void ReadLines() {
    char character = 0;
    while (read(pipe.read_end, &character, 1) > 0) {
    }
    close(pipe.read_end);
  }
};
CORPUS_KERNEL(PipeNeverClosed);

// A pipe is full and not read any more, so its writer waits.
struct PipeNeverRead : Kernel<PipeNeverRead> {
  using Kernel::Kernel;
  const Pipe pipe;

  void Body() {
    Go(&PipeNeverRead::WriteLog);
    if (fixed()) ReadLog();
  }
  void WriteLog() {
    static const std::array<char, 1 << 20> log{};  // sixteen times what a pipe holds
    static_cast<void>(write(pipe.write_end, log.data(), log.size()) < 0);
    close(pipe.write_end);
  }
  void ReadLog() {
    std::array<char, 4096> part{};
    while (read(pipe.read_end, part.data(), part.size()) > 0) {
    }
    close(pipe.read_end);
  }
};
CORPUS_KERNEL(PipeNeverRead);

}  // namespace
}  // namespace corpus
