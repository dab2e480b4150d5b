#include "registry/child_birth.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "linux/arch/raw_call.h"
#include "linux/unwind/creation_stack.h"
#include "registry/running_task.h"
#include "registry/thread_birth.h"
#include "taskleak/internal/child_birth.h"

namespace taskleak {

using registry::ChildRecord;

/// A record that only one thread may use at a time. A thread that finds it in use takes another
/// one, so nothing ever waits. If a fork(2) comes while a record is in use, the child has one less.
class internal::ChildBirth {
 public:
  enum class State : int { kFree, kInUse, kKnown };

  std::atomic<State> state{State::kFree};
  int pid = 0;
  std::int64_t before_ns = 0;  ///< since boot, before the child existed
  std::int64_t after_ns = 0;   ///< once it existed
  ChildRecord record;
};

namespace {

using internal::ChildBirth;
using State = ChildBirth::State;

// This is more than the children that suites have at one time. The oldest record is reused.
constexpr std::size_t kRecords = 256;
constinit std::array<ChildBirth, kRecords> g_children{};
constinit std::atomic<std::size_t> g_next{0};

std::int64_t NanosecondsSinceBoot() {
  timespec now{};
  platform::RawCall(SYS_clock_gettime, CLOCK_BOOTTIME, reinterpret_cast<long>(&now));
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  return now.tv_sec * kPerSecond + now.tv_nsec;
}

ChildBirth* TakeRecord() {
  constexpr int kTries = 8;
  for (int i = 0; i < kTries; ++i) {
    ChildBirth& birth = g_children[g_next.fetch_add(1) % kRecords];
    State state = birth.state.load(std::memory_order_relaxed);
    if (state != State::kInUse &&
        birth.state.compare_exchange_strong(state, State::kInUse, std::memory_order_acquire))
      return &birth;
  }
  return nullptr;
}

// Returns whether the record is of that process, and not of an earlier one with the same id.
bool IsOf(const ChildBirth& birth, const platform::ThreadId& child) {
  if (birth.pid != child.tid) return false;
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  const std::int64_t tick = kPerSecond / sysconf(_SC_CLK_TCK);
  const std::int64_t start = static_cast<std::int64_t>(child.start_ticks) * tick;
  return start + tick >= birth.before_ns && start <= birth.after_ns;
}

}  // namespace

namespace internal {

ChildBirth* BeginChild() {
  if (!registry::RecordsBirths()) return nullptr;
  ChildBirth* const birth = TakeRecord();
  if (birth == nullptr) return nullptr;
  birth->record.origin = registry::OriginHere();
  birth->record.depth = static_cast<std::uint32_t>(platform::CaptureCreationStack(
      birth->record.created_by.data(), birth->record.created_by.size()));
  birth->before_ns = NanosecondsSinceBoot();
  return birth;
}

void FinishChild(ChildBirth* birth, int child) {
  if (birth == nullptr) return;
  birth->pid = child;
  birth->after_ns = NanosecondsSinceBoot();
  birth->state.store(child > 0 ? State::kKnown : State::kFree, std::memory_order_release);
}

// The kernel appends each new child to its parent's list, which this file shows
// (Documentation/filesystems/proc.rst, "3.7 /proc/<pid>/task/<tid>/children").
int YoungestChild() {
  const long file =
      platform::RawCall(SYS_openat, AT_FDCWD, reinterpret_cast<long>("/proc/thread-self/children"),
                        O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 128> buffer;
  int last = 0;
  int number = 0;
  long size = 0;
  while ((size = platform::RawCall(SYS_read, file, reinterpret_cast<long>(buffer.data()),
                                   buffer.size())) > 0) {
    for (long i = 0; i < size; ++i) {
      const char c = buffer[static_cast<std::size_t>(i)];
      if (c >= '0' && c <= '9') {
        number = number * 10 + (c - '0');
        last = number;
      } else {
        number = 0;
      }
    }
  }
  platform::RawCall(SYS_close, file);
  return last;
}

}  // namespace internal

namespace registry {

std::optional<ChildRecord> FindChild(const platform::ThreadId& child) {
  std::optional<ChildRecord> found;
  for (ChildBirth& birth : g_children) {
    State known = State::kKnown;
    if (!birth.state.compare_exchange_strong(known, State::kInUse, std::memory_order_acquire))
      continue;
    if (IsOf(birth, child)) found = birth.record;
    birth.state.store(State::kKnown, std::memory_order_release);
    if (found) break;
  }
  return found;
}

bool HasRecordedChildren() { return g_next.load() != 0; }

}  // namespace registry
}  // namespace taskleak
