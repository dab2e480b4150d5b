#include "registry/read_locks.h"

#include <array>
#include <atomic>
#include <cstddef>

#include "linux/arch/raw_call.h"
#include "taskleak/internal/read_lock.h"

namespace taskleak::registry {
namespace {

using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

struct Entry {
  std::atomic<std::uintptr_t> lock{0};  // 0: none
  std::atomic<unsigned> times{0};
};

// The locks that one thread holds. Only that thread changes the entries. If a thread holds more
// locks than fit, some are not recorded; a reader notices that by the count in the lock.
struct Holds {
  std::atomic<int> tid{0};  // 0: it belongs to no thread
  std::atomic<bool> ended{false};
  std::array<Entry, 16> entries;
};

// Each page is touched when it is first used. If all places are in use, further threads are not
// recorded.
constinit std::array<Holds, 4096> g_holds;
constinit std::atomic<std::size_t> g_used{0};  // only the first of them were ever used

[[gnu::tls_model("initial-exec")]] constinit thread_local Holds* t_holds = nullptr;
// Locks that the thread's destructors take after LeaveReadLocks() are not recorded: nothing would
// end such a record.
[[gnu::tls_model("initial-exec")]] constinit thread_local bool t_left = false;

Holds* TakeHolds() {
  for (std::size_t i = 0; i < g_holds.size(); ++i) {
    int free = 0;
    if (g_holds[i].tid.load(memory_order_relaxed) != 0 ||
        !g_holds[i].tid.compare_exchange_strong(free, platform::OwnTid(),
                                                std::memory_order_acq_rel))
      continue;
    std::size_t used = g_used.load(memory_order_relaxed);
    while (used <= i && !g_used.compare_exchange_weak(used, i + 1, memory_order_release)) {
    }
    return &g_holds[i];
  }
  return nullptr;
}

Entry* FindEntry(Holds& holds, std::uintptr_t lock) {
  for (Entry& entry : holds.entries) {
    if (entry.lock.load(memory_order_relaxed) == lock) return &entry;
  }
  return nullptr;
}

bool HoldsAny(Holds& holds) {
  for (const Entry& entry : holds.entries) {
    if (entry.lock.load(memory_order_relaxed) != 0) return true;
  }
  return false;
}

void Free(Holds& holds) {
  for (Entry& entry : holds.entries) entry.lock.store(0, memory_order_relaxed);
  holds.ended.store(false, memory_order_relaxed);
  holds.tid.store(0, memory_order_release);
}

}  // namespace

void RecordReadLocks(bool on) { internal::g_records_read_locks.store(on, memory_order_relaxed); }

std::vector<ReadHolder> FindReadHolders(std::uintptr_t address) {
  std::vector<ReadHolder> holders;
  const std::size_t used = g_used.load(memory_order_acquire);
  for (std::size_t i = 0; i < used; ++i) {
    Holds& holds = g_holds[i];
    const int tid = holds.tid.load(memory_order_acquire);
    if (tid == 0) continue;
    for (const Entry& entry : holds.entries) {
      if (entry.lock.load(memory_order_acquire) != address) continue;
      const unsigned times = entry.times.load(memory_order_relaxed);
      // The place may have gone to another thread, whose lock this is.
      const bool is_its_own = holds.tid.load(memory_order_relaxed) == tid;
      if (times > 0 && is_its_own)
        holders.push_back({tid, times, holds.ended.load(memory_order_relaxed)});
    }
  }
  return holders;
}

void LeaveReadLocks() {
  Holds* const holds = t_holds;
  t_left = true;
  if (holds == nullptr) return;
  t_holds = nullptr;
  if (HoldsAny(*holds))
    holds->ended.store(true, memory_order_release);
  else
    Free(*holds);
}

void KeepOwnReadLocks() {
  const std::size_t used = g_used.load(memory_order_acquire);
  for (std::size_t i = 0; i < used; ++i) {
    if (&g_holds[i] == t_holds)
      g_holds[i].tid.store(platform::OwnTid(), memory_order_relaxed);
    else
      Free(g_holds[i]);
  }
}

}  // namespace taskleak::registry

namespace taskleak::internal {

using registry::Entry;
using registry::FindEntry;
using registry::t_holds;

void NoteReadLock(const void* lock) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(lock);
  if (t_holds == nullptr && !registry::t_left) t_holds = registry::TakeHolds();
  if (t_holds == nullptr) return;
  if (Entry* const known = FindEntry(*t_holds, address)) {
    known->times.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Entry* const entry = FindEntry(*t_holds, 0);
  if (entry == nullptr) return;
  entry->times.store(1, std::memory_order_relaxed);
  entry->lock.store(address, std::memory_order_release);
}

void NoteUnlock(const void* lock) noexcept {
  if (t_holds == nullptr) return;
  Entry* const entry = FindEntry(*t_holds, reinterpret_cast<std::uintptr_t>(lock));
  if (entry != nullptr && entry->times.fetch_sub(1, std::memory_order_relaxed) == 1)
    entry->lock.store(0, std::memory_order_release);
}

}  // namespace taskleak::internal
