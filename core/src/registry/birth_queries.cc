// Queries of the records of threads, for the checker (registry/thread_birth.h).
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include "linux/arch/raw_call.h"
#include "linux/arch/registers.h"
#include "linux/modules/start_modules.h"
#include "linux/proc/thread_info.h"
#include "registry/birth_table.h"
#include "registry/task_epoch.h"
#include "registry/thread_birth.h"

namespace taskleak::registry {
namespace {

using internal::ThreadBirth;
using std::chrono::milliseconds;

// A thread that has returned from its start routine.
struct Leaving {
  pthread_t handle;
  std::uint64_t serial;
  int tid;
  ThreadRecord::Clock::time_point end;
};

// Returns true if the thread that has this id now started after this one was over. The two clocks
// do not stop together, so a small difference does not count.
bool IsAnotherThread(const platform::ThreadStat& stat, const Leaving& thread) {
  constexpr milliseconds kUncertain{50};
  const std::uint64_t now = platform::TicksSinceBoot();
  const milliseconds age(now < stat.start_ticks ? 0 : platform::TicksToMs(now - stat.start_ticks));
  return age + kUncertain < ThreadRecord::Clock::now() - thread.end;
}

// Returns true if the thread runs none of the program's code any more. Judges as the checker does:
// a thread that is not alive for one is gone for the other.
bool IsGone(const Leaving& thread) {
  const auto stat = platform::ReadThreadStat(thread.tid);
  if (stat) return stat->exiting || IsAnotherThread(*stat, thread);
  if (platform::MeansEnded(stat.error())) return true;
  return platform::RawCall(SYS_tgkill, getpid(), thread.tid, 0) == -ESRCH;
}

}  // namespace

// Finds out which threads are gone. Threads record that they are over before the destructors of
// their own objects run, which may take for ever: only the kernel knows when they are gone.
void ConfirmEnds() {
  if (g_births.leaving.load() == 0) return;
  const auto select = [](const ThreadRecord& record) {
    return record.over && !record.gone
               ? std::optional<Leaving>({record.handle, record.serial, record.tid, record.end})
               : std::nullopt;
  };
  for (const Leaving& thread : CollectBirths<Leaving>(select)) {
    if (!IsGone(thread)) continue;
    BirthBucket& bucket = BucketOf(thread.handle);
    const ShortLockHolder lock(bucket.lock);
    ThreadBirth* const birth = FindBirth(bucket, thread.handle, thread.serial);
    if (birth == nullptr || birth->record.gone) continue;
    if (birth->record.detached) {
      UnlinkBirth(bucket, birth);
      continue;
    }
    birth->record.gone = true;
    g_births.leaving.fetch_sub(1);
    g_births.unjoined.fetch_add(1);
    g_births.ended.fetch_add(1);
  }
}

std::uint64_t NextSerial() { return g_births.next_serial.load(); }

std::vector<ThreadRecord> RunningRecords() {
  ConfirmEnds();
  return CollectBirths<ThreadRecord>([](const ThreadRecord& record) {
    return record.gone ? std::nullopt : std::optional(record);
  });
}

std::unordered_map<int, ThreadRecord> RunningThreads() {
  std::unordered_map<int, ThreadRecord> running;
  for (const ThreadRecord& record : RunningRecords()) {
    if (record.tid == 0) continue;
    ThreadRecord& known = running[record.tid];
    if (known.serial < record.serial) known = record;
  }
  return running;
}

// Returns the bounds of a thread's stack. A handle is the address of the thread's descriptor, at
// the end of its stack (nptl, allocatestack.c). A stack that libc makes has the size asked for
// besides the guard, since glibc 2.27; one that is kept from an earlier thread is not smaller.
std::optional<platform::StackBounds> FindStack(int tid) {
  const std::uintptr_t most_above =
      platform::kMostAboveHandle +
      (platform::kThreadLocalsAreAbove ? platform::ThreadLocalsAtStart() : 0);
  const auto select = [=](const ThreadRecord& record) -> std::optional<platform::StackBounds> {
    if (record.tid != tid || record.gone) return std::nullopt;
    if (record.given_stack.end != 0) return record.given_stack;
    if (record.least_stack <= most_above) return std::nullopt;
    const std::uintptr_t end = record.handle + most_above;
    return platform::StackBounds{end - record.least_stack, record.handle};
  };
  const auto found = CollectBirths<platform::StackBounds>(select);
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

bool HasPendingBirths() { return g_births.pending.load() != 0; }

void AwaitPendingBirths(milliseconds most) {
  const auto end = ThreadRecord::Clock::now() + most;
  while (HasPendingBirths() && ThreadRecord::Clock::now() < end)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
}

ThreadTotals CountThreadsEver() {
  ConfirmEnds();
  const std::uint64_t ended =
      g_births.ended.load();  // read first: then it cannot exceed the births
  return {.born = g_births.next_serial.load() - 1, .ended = ended};
}

std::size_t CountUnjoined() {
  ConfirmEnds();
  return g_births.unjoined.load();
}

std::vector<ThreadRecord> FindUnjoined(std::uint64_t first) {
  ConfirmEnds();
  std::vector<ThreadRecord> found =
      CollectBirths<ThreadRecord>([first](const ThreadRecord& record) {
        return record.gone && !record.adopted && record.serial >= first ? std::optional(record)
                                                                        : std::nullopt;
      });
  std::ranges::sort(found, {}, &ThreadRecord::serial);
  return found;
}

void AdoptBirths(const std::function<bool(const ThreadRecord&)>& which) {
  for (BirthBucket& bucket : g_birth_buckets) {
    const ShortLockHolder lock(bucket.lock);
    for (ThreadBirth* birth = bucket.first; birth != nullptr; birth = birth->next) {
      ThreadRecord& record = birth->record;
      if (record.adopted || !which(record)) continue;
      record.adopted = true;
      if (birth != OwnBirth()) std::atomic_ref(record.origin).fetch_or(kOfBackground);
    }
  }
  ChangeBirthConditions();
}

}  // namespace taskleak::registry
