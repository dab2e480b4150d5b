#include "explain/wait_reader.h"

#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "linux/look/futex_call.h"
#include "linux/look/time_limit.h"
#include "linux/look/wait_call.h"
#include "linux/proc/memory.h"

namespace taskleak::explain {

using platform::Descriptor;

DescriptorFacts ReadDescriptor(const Descriptor& descriptor) {
  return {descriptor.number, platform::ReadOpenFile(descriptor)};
}

namespace {

// Describes a few descriptors, those that accept connections first.
DescriptorList ReadDescriptors(std::vector<Descriptor> fds) {
  constexpr std::size_t kMostListed = 4;
  std::stable_partition(fds.begin(), fds.end(), platform::IsListening);
  DescriptorList list;
  const std::size_t listed = std::min(fds.size(), kMostListed);
  for (std::size_t i = 0; i < listed; ++i) list.first.push_back(ReadDescriptor(fds[i]));
  list.more = fds.size() - listed;
  return list;
}

WaitFacts PollOf(std::vector<Descriptor> fds) {
  if (fds.empty()) return {};
  return PollWait{ReadDescriptors(std::move(fds))};
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

// Returns the descriptors that are set in any of select's three sets.
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

TimeFacts FactsOf(const platform::TimeLimit& limit) {
  if (limit.in_all) return {TimeFacts::Kind::kInAll, limit.time};
  if (limit.time.count() <= 0) return {};  // it has passed
  return {TimeFacts::Kind::kLeft, limit.time};
}

// Returns the time limit. Programs write "for ever" as the greatest possible time, in one unit or
// another.
TimeFacts LimitOf(const platform::BlockedAt& at) {
  if (const auto limit = platform::ReadTimeLimit(at)) return FactsOf(*limit);
  if (platform::IsYearsAway(at) != platform::Never::kInAll) return {};
  return {TimeFacts::Kind::kForEver};
}

WaitFacts SleepOf(const platform::BlockedAt& at) {
  const TimeFacts limit = LimitOf(at);
  if (limit == TimeFacts()) return {};
  return SleepWait{limit};
}

WaitFacts LockOf(const platform::BlockedAt& at, const std::optional<platform::Hold>& hold) {
  LockWait wait;
  if (hold) wait = {hold->address, hold->readers, {}};
  if (platform::IsInFutex(at)) wait.limit = LimitOf(at);
  if (wait.address == 0 && wait.readers == 0 && wait.limit == TimeFacts()) return {};
  return wait;
}

// Returns the address that connect(2) was given: a socket that is not connected yet has no peer to
// ask for.
DescriptorWait ConnectOf(const platform::BlockedAt& at, const Descriptor& descriptor) {
  DescriptorWait wait{.on = ReadDescriptor(descriptor)};
  sockaddr_storage peer{};
  const auto size = std::min<std::size_t>(at.arguments[2], sizeof peer);
  if (platform::ReadMemory(at.arguments[1], &peer, size) == size)
    wait.connects_to = platform::AddressText(peer, static_cast<socklen_t>(size));
  return wait;
}

// Reads a path as it is: it may be relative to a folder of the thread's own.
PathFacts ReadPath(std::uintptr_t address) {
  std::array<char, 256> path{};
  const std::size_t size = platform::ReadMemory(address, path.data(), path.size() - 1);
  return {std::string(path.data(), strnlen(path.data(), size))};
}

decltype(CallWait::about) ReadObject(platform::CallObject object, const platform::BlockedAt& at,
                                     int tid) {
  using platform::CallObject;
  switch (object) {
    case CallObject::kDescriptor:
      return ReadDescriptor({static_cast<int>(at.arguments[0]), tid});
    case CallObject::kPath:
      return ReadPath(at.arguments[0]);
    case CallObject::kPathAt:
      return ReadPath(at.arguments[1]);
    case CallObject::kChild:
      return StartingChild();
    case CallObject::kNone:
      break;
  }
  return {};
}

WaitFacts CallOf(const platform::BlockedAt& at, int tid) {
  if (at.pc == 0) return {};  // nothing was read
  CallWait wait{.number = at.number};
  const auto* const call = platform::FindWaitCall(at);
  if (call == nullptr) return wait;
  wait.name = call->name;
  wait.about = ReadObject(call->object, at, tid);
  return wait;
}

// Returns nothing for a message queue.
WaitFacts DescriptorOf(const platform::BlockedAt& at, const Descriptor& first) {
  const auto* const call = platform::FindWaitCall(at);
  if (call == nullptr || call->object != platform::CallObject::kDescriptor) return {};
  return DescriptorWait{.on = ReadDescriptor(first)};
}

WaitFacts EpollOf(const Descriptor& descriptor) {
  auto watched = platform::WatchedByEpoll(descriptor);
  if (!watched) return DescriptorWait{.on = ReadDescriptor(descriptor)};
  return EpollWait{ReadDescriptor(descriptor), ReadDescriptors(*std::move(watched))};
}

// Returns whether the first argument of calls in that state is what they wait on.
bool IsOnDescriptor(WaitState state) {
  switch (state) {
    case WaitState::kRead:
    case WaitState::kWrite:
    case WaitState::kAccept:
    case WaitState::kRecv:
    case WaitState::kSend:
    case WaitState::kConnect:
    case WaitState::kEpoll:
      return true;
    default:
      return false;
  }
}

bool IsStandardInput(const Descriptor& descriptor) {
  return platform::AreSame(descriptor, {STDIN_FILENO, descriptor.thread});
}

}  // namespace

std::optional<platform::Hold> ReadHold(const Wait& wait, const platform::BlockedAt& at) {
  switch (wait.state) {
    case WaitState::kMutex:
      // Locks inside of libc, such as malloc's, are not mutexes, although threads wait for them in
      // the same way.
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
  if (!platform::IsInFutex(at)) return 0;
  if (wait.state == WaitState::kCondvar) return platform::ConditionVariableOf(at);
  return wait.state == WaitState::kSemaphore ? at.arguments[0] : 0;
}

// Describes a wait on one descriptor. A reader of a pipe waits as long as anything could still
// write to it.
DescriptorWait WaitReader::ReadOrWrite(const Descriptor& descriptor, WaitState state) {
  const bool reads = state == WaitState::kRead;
  DescriptorWait wait{.on = ReadDescriptor(descriptor)};
  wait.standard_input = reads && IsStandardInput(descriptor);
  if (!platform::PipeEnds::Has(descriptor)) return wait;
  if (!pipe_ends_) pipe_ends_.emplace();
  const auto other = reads ? pipe_ends_->Writer(descriptor) : pipe_ends_->Reader(descriptor);
  if (other) wait.other_end = {reads, *other};
  return wait;
}

WaitFacts WaitReader::Read(WaitState state, const platform::BlockedAt& at,
                           const std::optional<platform::Hold>& hold, int tid) {
  const Descriptor first{static_cast<int>(at.arguments[0]), tid};
  // A call that a signal has ended may have its result there (WhereInterrupted).
  if (IsOnDescriptor(state) && first.number < 0) return {};
  switch (state) {
    case WaitState::kRead:
    case WaitState::kWrite:
      return ReadOrWrite(first, state);
    case WaitState::kAccept:
    case WaitState::kRecv:
    case WaitState::kSend:
      return DescriptorOf(at, first);
    case WaitState::kConnect:
      return ConnectOf(at, first);
    case WaitState::kPoll:
      return PollOf(Polled(at.arguments[0], at.arguments[1], tid));
    case WaitState::kSelect:
      return PollOf(Selected(at, tid));
    case WaitState::kEpoll:
      return EpollOf(first);
    case WaitState::kSleep:
      return SleepOf(at);
    case WaitState::kOther:
      return CallOf(at, tid);
    default:
      return LockOf(at, hold);
  }
}

}  // namespace taskleak::explain
