#include "check/wait_detail.h"

#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "platform/descriptor.h"
#include "platform/memory.h"

namespace taskleak::check {
namespace {

constexpr std::size_t kMostListed = 4;

std::string DescriptorText(int fd) {
  const std::string kind = platform::DescribeDescriptor(fd);
  return "descriptor " + std::to_string(fd) + (kind.empty() ? ", which is not open" : ", " + kind);
}

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

}  // namespace

std::string DescribeWait(WaitState state, const platform::BlockedAt& at) {
  const auto first = static_cast<int>(at.arguments[0]);
  switch (state) {
    case WaitState::kRead:
    case WaitState::kWrite:
    case WaitState::kAccept:
    case WaitState::kConnect:
    case WaitState::kRecv:
    case WaitState::kSend:
      return IsMessageQueueCall(at.number) ? std::string() : DescriptorText(first);
    case WaitState::kPoll:
      return DescriptorsText(Polled(at.arguments[0], at.arguments[1]));
    case WaitState::kSelect:
      return DescriptorsText(Selected(at));
    case WaitState::kEpoll: {
      const std::vector<int> watched = platform::WatchedByEpoll(first);
      return watched.empty() ? DescriptorText(first) + " that watches nothing"
                             : "epoll on " + DescriptorsText(watched);
    }
    default:
      return {};
  }
}

}  // namespace taskleak::check
