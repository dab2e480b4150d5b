#include "check/wait_detail.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "platform/memory.h"

namespace taskleak::check {

std::string DescriptorText(int fd) {
  const std::string kind = platform::DescribeDescriptor(fd);
  return "descriptor " + std::to_string(fd) + (kind.empty() ? ", which is not open" : ", " + kind);
}

namespace {

constexpr std::size_t kMostListed = 4;

// A few descriptors in words, those that accept connections first.
std::string DescriptorsText(std::vector<int> fds) {
  std::stable_partition(fds.begin(), fds.end(), platform::IsListening);
  std::string text;
  for (std::size_t i = 0; i < std::min(fds.size(), kMostListed); ++i)
    text += (i == 0 ? "" : "; ") + DescriptorText(fds[i]);
  if (fds.size() > kMostListed)
    text += "; and " + std::to_string(fds.size() - kMostListed) + " more";
  return text;
}

std::vector<int> Polled(std::uint64_t address, std::uint64_t count) {
  constexpr std::uint64_t kMost = 1024;
  std::vector<pollfd> entries(std::min(count, kMost));
  const std::size_t n =
      platform::ReadMemory(address, entries.data(), entries.size() * sizeof(pollfd)) /
      sizeof(pollfd);
  std::vector<int> fds;
  for (std::size_t i = 0; i < n; ++i) {
    if (entries[i].fd >= 0) fds.push_back(entries[i].fd);
  }
  return fds;
}

// The descriptors set in any of select's three sets.
std::vector<int> Selected(const platform::BlockedAt& at) {
  std::vector<int> fds;
  const auto limit = static_cast<int>(std::min<std::uint64_t>(at.arguments[0], FD_SETSIZE));
  for (int fd = 0; fd < limit; ++fd) {
    for (std::size_t set = 1; set <= 3; ++set) {
      const auto word = at.arguments[set] == 0
                            ? std::optional<unsigned char>()
                            : platform::ReadValue<unsigned char>(at.arguments[set] +
                                                                 static_cast<unsigned>(fd) / 8);
      if (word && ((*word >> (fd % 8)) & 1) != 0) {
        fds.push_back(fd);
        break;
      }
    }
  }
  return fds;
}

bool IsMessageQueueCall(long number) {
  return number == SYS_msgrcv || number == SYS_msgsnd || number == SYS_mq_timedreceive ||
         number == SYS_mq_timedsend;
}

// In seconds: a program may ask for more nanoseconds than an integer holds.
double InSeconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::optional<double> ReadTime(std::uintptr_t address) {
  const auto time = platform::ReadValue<timespec>(address);
  return time ? std::optional(InSeconds(*time)) : std::nullopt;
}

std::string Seconds(double seconds) { return fmt::format("{:.1f} s", std::max(seconds, 0.0)); }

// For a limit in absolute time.
std::string TimeLeft(clockid_t clock, std::uintptr_t limit) {
  timespec now{};
  const auto end = ReadTime(limit);
  if (!end || clock_gettime(clock, &now) != 0) return {};
  return Seconds(*end - InSeconds(now)) + " left";
}

// The kernel does not tell how much of a relative time has passed.
std::string TimeInAll(std::uintptr_t duration) {
  const auto time = ReadTime(duration);
  return time ? "for " + Seconds(*time) : std::string();
}

// clock_nanosleep(2), nanosleep(2)
std::string SleepText(const platform::BlockedAt& at) {
  if (at.number == SYS_nanosleep) return TimeInAll(at.arguments[0]);
  if ((at.arguments[1] & TIMER_ABSTIME) == 0) return TimeInAll(at.arguments[2]);
  return TimeLeft(static_cast<clockid_t>(at.arguments[0]), at.arguments[2]);
}

// futex(2): a plain wait has a relative limit, the others an absolute one.
std::string FutexLimit(const platform::BlockedAt& at) {
  if (at.number != SYS_futex || at.arguments[3] == 0) return {};
  const auto operation = static_cast<int>(at.arguments[1]);
  const int command = operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAIT) return TimeInAll(at.arguments[3]);
  const bool real_time = (operation & FUTEX_CLOCK_REALTIME) != 0 || command == FUTEX_LOCK_PI;
  return TimeLeft(real_time ? CLOCK_REALTIME : CLOCK_MONOTONIC, at.arguments[3]);
}

std::string LockText(const platform::BlockedAt& at, const std::optional<platform::Hold>& hold) {
  std::string text;
  if (hold && hold->address != 0) text = fmt::format("{:#x}", hold->address);
  if (hold && hold->readers != 0)
    text += fmt::format(", held by {} reader{}", hold->readers, hold->readers == 1 ? "" : "s");
  const std::string limit = FutexLimit(at);
  return text + (text.empty() || limit.empty() ? "" : ", ") + limit;
}

// What connect(2) is given: a socket that is not connected yet has no peer to ask for.
std::string ConnectText(const platform::BlockedAt& at) {
  std::string text = DescriptorText(static_cast<int>(at.arguments[0]));
  sockaddr_storage peer{};
  const auto size = std::min<std::size_t>(at.arguments[2], sizeof peer);
  if (platform::ReadMemory(at.arguments[1], &peer, size) != size) return text;
  const std::string address = platform::AddressText(peer, static_cast<socklen_t>(size));
  return address.empty() ? text : text + " to " + address;
}

}  // namespace

std::optional<platform::Hold> ReadHold(const Wait& wait, const platform::BlockedAt& at) {
  switch (wait.state) {
    case WaitState::kMutex:
      // Locks inside of libc, malloc's for one, are no mutexes though they are waited for so.
      if (!wait.function.starts_with("pthread_")) return std::nullopt;
      return platform::ReadMutexWait(at);
    case WaitState::kRwlock:
      return platform::ReadRwlockWait(at, wait.function.find("wrlock") != std::string_view::npos);
    case WaitState::kJoin:
      return platform::ReadJoin(at);
    default:
      return std::nullopt;
  }
}

std::uintptr_t WaitsAt(const Wait& wait, const platform::BlockedAt& at) {
  if (at.number != SYS_futex) return 0;
  if (wait.state == WaitState::kCondvar) return platform::ConditionVariableOf(at);
  return wait.state == WaitState::kSemaphore ? at.arguments[0] : 0;
}

// Where the other end of a pipe is: a reader waits as long as anybody could still write.
std::string WaitDescriber::PipeText(int fd, WaitState state) {
  if (!platform::PipeEnds::Has(fd)) return {};
  if (!pipe_ends_) pipe_ends_.emplace();
  const bool reads = state == WaitState::kRead;
  if (const auto other = reads ? pipe_ends_->Writer(fd) : pipe_ends_->Reader(fd))
    return fmt::format(" {} by descriptor {}", reads ? "written to" : "read", *other);
  return fmt::format(" with {}", reads ? kNoWriter : "no read end in this process");
}

std::string WaitDescriber::Describe(WaitState state, const platform::BlockedAt& at,
                                    const std::optional<platform::Hold>& hold) {
  const auto first = static_cast<int>(at.arguments[0]);
  switch (state) {
    case WaitState::kRead:
    case WaitState::kWrite:
      if (IsMessageQueueCall(at.number)) return {};
      return DescriptorText(first) + PipeText(first, state);
    case WaitState::kAccept:
    case WaitState::kRecv:
    case WaitState::kSend:
      return IsMessageQueueCall(at.number) ? std::string() : DescriptorText(first);
    case WaitState::kConnect:
      return ConnectText(at);
    case WaitState::kPoll:
      return DescriptorsText(Polled(at.arguments[0], at.arguments[1]));
    case WaitState::kSelect:
      return DescriptorsText(Selected(at));
    case WaitState::kEpoll: {
      const std::vector<int> watched = platform::WatchedByEpoll(first);
      return watched.empty() ? DescriptorText(first) + " that watches nothing"
                             : "epoll on " + DescriptorsText(watched);
    }
    case WaitState::kSleep:
      return SleepText(at);
    default:
      return LockText(at, hold);
  }
}

}  // namespace taskleak::check
