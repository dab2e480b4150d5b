#include "explain/wait_detail.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

#include "linux/proc/memory.h"

namespace taskleak::explain {

using platform::Descriptor;

std::string DescriptorText(const Descriptor& descriptor) {
  const std::string kind = platform::DescribeDescriptor(descriptor);
  return "descriptor " + std::to_string(descriptor.number) +
         (kind.empty() ? ", which is not open" : ", " + kind);
}

namespace {

constexpr std::size_t kMostListed = 4;

// A few descriptors in words, those that accept connections first.
std::string DescriptorsText(std::vector<Descriptor> fds) {
  std::stable_partition(fds.begin(), fds.end(), platform::IsListening);
  std::string text;
  for (std::size_t i = 0; i < std::min(fds.size(), kMostListed); ++i)
    text += (i == 0 ? "" : "; ") + DescriptorText(fds[i]);
  if (fds.size() > kMostListed)
    text += "; and " + std::to_string(fds.size() - kMostListed) + " more";
  return text;
}

std::vector<Descriptor> Polled(std::uint64_t address, std::uint64_t count, int tid) {
  constexpr std::uint64_t kMost = 1024;
  std::vector<pollfd> entries(std::min(count, kMost));
  const std::size_t n =
      platform::ReadMemory(address, entries.data(), entries.size() * sizeof(pollfd)) /
      sizeof(pollfd);
  std::vector<Descriptor> fds;
  for (std::size_t i = 0; i < n; ++i) {
    if (entries[i].fd >= 0) fds.push_back({entries[i].fd, tid});
  }
  return fds;
}

// The descriptors set in any of select's three sets.
std::vector<Descriptor> Selected(const platform::BlockedAt& at, int tid) {
  std::vector<Descriptor> fds;
  const auto limit = static_cast<int>(std::min<std::uint64_t>(at.arguments[0], FD_SETSIZE));
  for (int fd = 0; fd < limit; ++fd) {
    for (std::size_t set = 1; set <= 3; ++set) {
      const auto word = at.arguments[set] == 0
                            ? std::optional<unsigned char>()
                            : platform::ReadValue<unsigned char>(at.arguments[set] +
                                                                 static_cast<unsigned>(fd) / 8);
      if (word && ((*word >> (fd % 8)) & 1) != 0) {
        fds.push_back({fd, tid});
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

// Programs write "for ever" as the greatest time there is, in one unit or another.
constexpr double kForEver = 1e8;

// "250 us", "50 ms", "3600.0 s"
std::string Seconds(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  return fmt::format("{:.1f} s", seconds);
}

// For a limit in absolute time. Empty if it has passed, or will not in a lifetime.
std::string TimeLeft(clockid_t clock, std::uintptr_t limit) {
  timespec now{};
  const auto end = ReadTime(limit);
  if (!end || clock_gettime(clock, &now) != 0) return {};
  const double left = *end - InSeconds(now);
  return left <= 0 || left > kForEver ? std::string() : Seconds(left) + " left";
}

// The kernel does not tell how much of a relative time has passed.
std::string TimeInAll(std::uintptr_t duration) {
  const auto time = ReadTime(duration);
  if (!time) return {};
  return *time > kForEver ? "for ever" : "for " + Seconds(*time);
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
std::string ConnectText(const platform::BlockedAt& at, int tid) {
  std::string text = DescriptorText({static_cast<int>(at.arguments[0]), tid});
  sockaddr_storage peer{};
  const auto size = std::min<std::size_t>(at.arguments[2], sizeof peer);
  if (platform::ReadMemory(at.arguments[1], &peer, size) != size) return text;
  const std::string address = platform::AddressText(peer, static_cast<socklen_t>(size));
  return address.empty() ? text : text + " to " + address;
}

// What a call that blocks and has no state of its own is about.
enum class About { kNothing, kDescriptor, kPath, kPathAt, kChild };

struct OtherCall {
  long number;
  std::string_view name;
  About about;
};

constexpr std::array<OtherCall, 30> kOtherCalls{{
    {SYS_flock, "flock", About::kDescriptor},
    {SYS_fcntl, "fcntl", About::kDescriptor},
    {SYS_open, "open", About::kPath},
    {SYS_openat, "openat", About::kPathAt},
    {SYS_openat2, "openat2", About::kPathAt},
    {SYS_creat, "creat", About::kPath},
    {SYS_vfork, "vfork", About::kChild},
    {SYS_clone, "clone", About::kChild},
    {SYS_clone3, "clone3", About::kChild},
    {SYS_ioctl, "ioctl", About::kDescriptor},
    {SYS_close, "close", About::kDescriptor},
    {SYS_fsync, "fsync", About::kDescriptor},
    {SYS_fdatasync, "fdatasync", About::kDescriptor},
    {SYS_sync_file_range, "sync_file_range", About::kDescriptor},
    {SYS_ftruncate, "ftruncate", About::kDescriptor},
    {SYS_fallocate, "fallocate", About::kDescriptor},
    {SYS_getdents64, "getdents64", About::kDescriptor},
    {SYS_splice, "splice", About::kDescriptor},
    {SYS_tee, "tee", About::kDescriptor},
    {SYS_vmsplice, "vmsplice", About::kDescriptor},
    {SYS_sendfile, "sendfile", About::kDescriptor},
    {SYS_copy_file_range, "copy_file_range", About::kDescriptor},
    {SYS_io_uring_enter, "io_uring_enter", About::kDescriptor},
    {SYS_io_getevents, "io_getevents", About::kNothing},
    {SYS_io_pgetevents, "io_pgetevents", About::kNothing},
    {SYS_stat, "stat", About::kPath},
    {SYS_unlink, "unlink", About::kPath},
    {SYS_getrandom, "getrandom", About::kNothing},
    {SYS_sync, "sync", About::kNothing},
    {SYS_msync, "msync", About::kNothing},
}};

// As the program gave it: what it is relative to may be a folder of the thread's own.
std::string PathText(std::uintptr_t address) {
  std::array<char, 256> path{};
  const std::size_t size = platform::ReadMemory(address, path.data(), path.size() - 1);
  return std::string(path.data(), strnlen(path.data(), size));
}

std::string AboutText(const OtherCall& call, const platform::BlockedAt& at, int tid) {
  switch (call.about) {
    case About::kDescriptor:
      return " on " + DescriptorText({static_cast<int>(at.arguments[0]), tid});
    case About::kPath:
      return " of " + PathText(at.arguments[0]);
    case About::kPathAt:
      return " of " + PathText(at.arguments[1]);
    case About::kChild:
      return ", until the child process executes a program or ends";
    case About::kNothing:
      break;
  }
  return {};
}

// "in flock on descriptor 5, /var/lock/queue"
std::string CallText(const platform::BlockedAt& at, int tid) {
  if (at.pc == 0) return {};  // nothing was read
  if (at.number < 0) return "in a page fault";
  const auto* const call = std::ranges::find(kOtherCalls, at.number, &OtherCall::number);
  if (call == kOtherCalls.end()) return fmt::format("in system call {}", at.number);
  return fmt::format("in {}{}", call->name, AboutText(*call, at, tid));
}

bool IsStandardInput(const Descriptor& descriptor) {
  return platform::AreSame(descriptor, {STDIN_FILENO, descriptor.thread});
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
std::string WaitDescriber::PipeText(const Descriptor& descriptor, WaitState state) {
  const bool reads = state == WaitState::kRead;
  std::string text;
  if (reads && IsStandardInput(descriptor)) text = fmt::format(" ({})", kStandardInput);
  if (!platform::PipeEnds::Has(descriptor)) return text;
  if (!pipe_ends_) pipe_ends_.emplace();
  const auto other = reads ? pipe_ends_->Writer(descriptor) : pipe_ends_->Reader(descriptor);
  if (!other)
    return text + fmt::format(" with {}", reads ? kNoWriter : "no read end in this process");
  text += fmt::format(" {} by descriptor {}", reads ? "written to" : "read", other->number);
  return other->thread == 0 ? text : text + fmt::format(" of thread {}", other->thread);
}

std::string WaitDescriber::Describe(WaitState state, const platform::BlockedAt& at,
                                    const std::optional<platform::Hold>& hold, int tid) {
  const Descriptor first{static_cast<int>(at.arguments[0]), tid};
  switch (state) {
    case WaitState::kRead:
    case WaitState::kWrite:
      return IsMessageQueueCall(at.number) ? std::string()
                                           : DescriptorText(first) + PipeText(first, state);
    case WaitState::kAccept:
    case WaitState::kRecv:
    case WaitState::kSend:
      return IsMessageQueueCall(at.number) ? std::string() : DescriptorText(first);
    case WaitState::kConnect:
      return ConnectText(at, tid);
    case WaitState::kPoll:
      return DescriptorsText(Polled(at.arguments[0], at.arguments[1], tid));
    case WaitState::kSelect:
      return DescriptorsText(Selected(at, tid));
    case WaitState::kEpoll: {
      const std::vector<Descriptor> watched = platform::WatchedByEpoll(first);
      return watched.empty() ? DescriptorText(first) + " that watches nothing"
                             : "epoll on " + DescriptorsText(watched);
    }
    case WaitState::kSleep:
      return SleepText(at);
    case WaitState::kOther:
      return CallText(at, tid);
    default:
      return LockText(at, hold);
  }
}

}  // namespace taskleak::explain
