#include "linux/proc/outside.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "linux/proc/proc_file.h"
#include "linux/proc/subject.h"
#include "linux/proc/task_directory.h"
#include "linux/proc/thread_lines.h"
#include "linux/proc/visit_descriptors.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::platform {
namespace {

constexpr std::string_view kRing = "anon_inode:[io_uring]";

// glibc's SIGCANCEL and SIGSETXID (sysdeps/unix/sysv/linux/internal-signals.h).
constexpr int kFirstOfLibc = 32;
constexpr int kLastOfLibc = 33;

constexpr std::uint64_t Bit(int signal) { return std::uint64_t{1} << (signal - 1); }

constexpr std::uint64_t kEnd = Bit(SIGINT) | Bit(SIGQUIT) | Bit(SIGTERM);
constexpr std::uint64_t kFromWithin = Bit(SIGILL) | Bit(SIGTRAP) | Bit(SIGABRT) | Bit(SIGBUS) |
                                      Bit(SIGFPE) | Bit(SIGSEGV) | Bit(SIGSYS) | Bit(SIGPIPE) |
                                      Bit(SIGCHLD) | Bit(kFirstOfLibc) | Bit(kLastOfLibc);

// Includes processes that clone(2) made with another signal than SIGCHLD.
bool HasOwnChildren() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 || errno != ECHILD;
}

bool HasChildrenOf(int thread) {
  std::array<char, 32> buffer;
  const auto children = ReadTaskFile(thread, "children", buffer.data(), buffer.size());
  return !children || !children->empty();
}

}  // namespace

std::optional<Reach> Reach::Parse(std::string_view status) {
  constexpr std::string_view kTracer = "\nTracerPid:";
  const std::size_t tracer = status.find(kTracer);
  const auto caught = ParseSignals(status, "SigCgt");
  if (tracer == status.npos || !caught) return std::nullopt;
  const auto pid = NumberReader(status.substr(tracer + kTracer.size())).Next();
  return Reach{.handles_signals = (*caught & ~kEnd & ~kFromWithin) != 0,
               .handles_end = (*caught & kEnd) != 0,
               .traced = pid != 0U};
}

std::optional<Reach> ReadReach() {
  std::array<char, 4096> buffer;
  const auto status = ReadTaskFile(SubjectThread(), "status", buffer.data(), buffer.size());
  return status ? Reach::Parse(*status) : std::nullopt;
}

bool MayHaveChildren(const std::vector<int>& threads) {
  return LooksAtItself() ? HasOwnChildren() : std::ranges::any_of(threads, HasChildrenOf);
}

bool MayHaveRings() {
  constexpr int kMost = 4096;
  bool found = false;
  int looked_at = 0;
  const auto error =
      VisitDescriptors(std::string(SubjectFolder()) + "fd", [&](int number, int directory) {
        std::array<char, kRing.size() + 1> target{};
        const ssize_t size =
            readlinkat(directory, std::to_string(number).c_str(), target.data(), target.size());
        found = ++looked_at > kMost ||
                std::string_view(target.data(),
                                 static_cast<std::size_t>(std::max<ssize_t>(size, 0))) == kRing;
        return !found;
      });
  return found || error.has_value();
}

SharedMemory SharedMemory::Parse(std::string_view maps) {
  SharedMemory shared;
  while (!maps.empty()) {
    const std::string_view line = internal::TakeLine(maps);
    if (!internal::IsShared(line)) continue;
    const internal::Mapping mapping = internal::ParseMapping(line);
    shared.ranges_.emplace_back(mapping.begin, mapping.end);
    shared.has_ring_ |= mapping.path == kRing;
  }
  return shared;
}

bool SharedMemory::Has(std::uintptr_t address) const {
  const auto after = std::ranges::upper_bound(ranges_, address, {},
                                              &std::pair<std::uintptr_t, std::uintptr_t>::first);
  return after != ranges_.begin() && address < std::prev(after)->second;
}

std::optional<SharedMemory> ReadSharedMemory() {
  const std::string maps = internal::ReadMaps();
  return maps.empty() ? std::nullopt : std::optional(SharedMemory::Parse(maps));
}

}  // namespace taskleak::platform
