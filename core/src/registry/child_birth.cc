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

/// A record that one thread may write, or several may read, at a time. A writer that finds it in
/// use takes another one, so nothing ever waits. If a fork(2) comes while a record is in use, the
/// child has one less to write to.
class internal::ChildBirth {
 public:
  static constexpr int kFree = 0;
  static constexpr int kWritten = 1;
  static constexpr int kKnown = 2;  // the number of readers is added

  std::atomic<int> state{kFree};
  int pid = 0;
  std::int64_t before_ns = 0;  ///< since boot, before the child existed
  std::int64_t after_ns = 0;   ///< once it existed
  ChildRecord record;
};

namespace {

using internal::ChildBirth;

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
    int state = birth.state.load(std::memory_order_relaxed);
    if ((state == ChildBirth::kFree || state == ChildBirth::kKnown) &&
        birth.state.compare_exchange_strong(state, ChildBirth::kWritten, std::memory_order_acquire))
      return &birth;
  }
  return nullptr;
}

// Keeps a record from being written, if it is known now.
class Reading {
 public:
  explicit Reading(ChildBirth& birth) : birth_(birth) {
    int state = birth.state.load(std::memory_order_relaxed);
    while (state >= ChildBirth::kKnown && !may_read_)
      may_read_ = birth.state.compare_exchange_weak(state, state + 1, std::memory_order_acquire);
  }
  ~Reading() {
    if (may_read_) birth_.state.fetch_sub(1, std::memory_order_release);
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  [[nodiscard]] bool may_read() const { return may_read_; }

 private:
  ChildBirth& birth_;
  bool may_read_ = false;
};

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
  birth->state.store(child > 0 ? ChildBirth::kKnown : ChildBirth::kFree, std::memory_order_release);
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
  for (ChildBirth& birth : g_children) {
    const Reading reading(birth);
    if (reading.may_read() && IsOf(birth, child)) return birth.record;
  }
  return std::nullopt;
}

bool HasRecordedChildren() { return g_next.load() != 0; }

}  // namespace registry
}  // namespace taskleak
