#include "registry/task_registry.h"

#include <algorithm>
#include <ctime>
#include <optional>

#include "linux/arch/registers.h"
#include "linux/arch/store_order.h"
#include "linux/proc/subject.h"
#include "registry/other_tasks.h"
#include "registry/running_task.h"
#include "registry/task_epoch.h"
#include "registry/task_memory.h"

namespace taskleak::registry {
namespace {

using internal::TaskPlace;
using internal::TaskSlot;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr auto kAcquire = std::memory_order_acquire;

// The highest number of births that was ever returned.
constinit std::atomic<std::uint64_t> g_most_born{0};

// Returns whether the slot has not changed since `serial` and `place` were read.
bool Unchanged(const TaskSlot& slot, std::uint64_t serial, TaskPlace place) {
  return !place.is_changing() && slot.place.load(std::memory_order_relaxed) == place.word() &&
         slot.serial.load(std::memory_order_relaxed) == serial;
}

// Reads what a task is from its birth to its end, all of one moment. Returns nothing if its slot
// stays free. A slot that is free again is read again. Otherwise tasks that each end soon after the
// next one is born would not be found, since none of them lives as long as it takes to read one.
std::optional<TaskRecord> ReadIdentity(const TaskSlot& slot) {
  constexpr int kMostTries = 100;
  for (int tries = 0; tries < kMostTries; ++tries) {
    TaskRecord record;
    record.slot = &slot;
    record.serial = slot.serial.load(kAcquire);
    record.epoch = slot.epoch.load(kAcquire);
    record.parent = slot.parent.load(kAcquire);
    record.origin = slot.origin.load(kAcquire);
    record.name = slot.name.Load();
    if (record.serial != 0 && slot.serial.load(std::memory_order_relaxed) == record.serial)
      return record;
  }
  return std::nullopt;
}

void ReadState(const TaskSlot& slot, TaskPlace place, std::int64_t now, TaskRecord& record) {
  record.place = place.word();
  record.age = duration_cast<milliseconds>(
      nanoseconds(std::max<std::int64_t>(now - slot.born.load(kAcquire), 0)));
  record.site = platform::StripSignature(slot.site.load(kAcquire));
  record.created = slot.stack.load(kAcquire);
  record.state = place.state();
  record.waiting = slot.waiting.Load();
  record.code = slot.code.load(kAcquire);
  const FrameWord memory(slot.memory.load(kAcquire));
  record.frame = memory.is_frame() ? memory : FrameWord();
  record.saved_sp = memory.is_frame() ? 0 : memory.bits();
  if (record.state == WaitState::kRunning) {
    record.thread = static_cast<int>(place.where());
  } else if (place.where() != 0) {
    record.file = slot.file.load(kAcquire);
    record.line = static_cast<int>(place.where());
  }
  record.awaited_by = slot.awaited_by.load(kAcquire);
  record.descriptor = slot.descriptor.load(kAcquire);
  record.hint = slot.hint.load(kAcquire);
}

std::int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Calls `visit` with the slots that may hold tasks for ForEachTask.
template <typename Visit>
void ForEachSlot(Epoch first, bool adopted_too, Visit visit) {
  first = std::max(first, g_epochs.first.load());
  if (g_epochs.newest_used.load(kAcquire) < first) return;
  for (TaskChunk* chunk = FirstChunk(); chunk != nullptr; chunk = chunk->next) {
    if (chunk->newest_epoch.load(kAcquire) < first) continue;
    for (TaskSlot& slot : chunk->slots) {
      const std::uint64_t serial = slot.serial.load(kAcquire);
      if (serial != 0 && slot.epoch.load(kAcquire) >= first &&
          (adopted_too || slot.adopted.load(kAcquire) != serial)) {
        visit(slot);
      }
    }
  }
}

// Makes what the task creates from now on background. The slot may belong to another task by now,
// which then gets its origin back.
void MarkOrigin(TaskSlot& slot, const TaskRecord& record) {
  Origin origin = record.origin;
  const Origin marked = origin | kOfBackground;
  if (!slot.origin.compare_exchange_strong(origin, marked) || origin == marked) return;
  Origin now = marked;
  if (slot.serial.load() != record.serial) slot.origin.compare_exchange_strong(now, origin);
}

}  // namespace

std::optional<TaskRecord> ReadTask(const TaskSlot& slot, std::int64_t now) {
  constexpr int kMostTries = 100;
  std::optional<TaskRecord> ended;
  for (int tries = 1;; ++tries) {
    std::optional<TaskRecord> record = ReadIdentity(slot);
    if (!record) return ended;
    ended = record;
    ended->ended = true;
    const TaskPlace place(slot.place.load(kAcquire));
    ReadState(slot, place, now, *record);
    if (Unchanged(slot, record->serial, place)) return record;
    if (tries < kMostTries) continue;
    if (slot.serial.load(std::memory_order_relaxed) != record->serial) return ended;
    record->waiting.clear();  // it may be half written
    return record;
  }
}

bool IsStill(const TaskRecord& record) {
  if (record.slot == nullptr) return true;
  platform::SeeEarlierStores();
  return Unchanged(*record.slot, record.serial, TaskPlace(record.place));
}

// If two threads do this at the same time, they begin one epoch. The one that did not raise the
// count announces it too: the other may do so only after tasks have been born.
Epoch BeginEpoch() {
  std::uint64_t epoch = g_epochs.current.load(kAcquire);
  if (g_epochs.newest_used.load(kAcquire) >= epoch &&
      g_epochs.current.compare_exchange_strong(epoch, epoch + 1))
    ++epoch;
  if (g_epochs.announced.load(kAcquire) < epoch) {
    ChangeBirthConditions();
    RaiseTo(g_epochs.announced, epoch);
  }
  return epoch;
}

void ForEachTask(Epoch first, const std::function<void(const TaskRecord&)>& visit) {
  if (!platform::LooksAtItself()) return ForEveryOtherTask(visit);
  const std::int64_t now = Now();
  ForEachSlot(first, /*adopted_too=*/false, [&](const TaskSlot& slot) {
    if (const auto record = ReadTask(slot, now); record && record->epoch >= first) visit(*record);
  });
}

void ForEveryTask(const std::function<void(const TaskRecord&)>& visit) {
  if (!platform::LooksAtItself()) return ForEveryOtherTask(visit);
  const std::int64_t now = Now();
  ForEachSlot(/*first=*/0, /*adopted_too=*/true, [&](const TaskSlot& slot) {
    if (const auto record = ReadTask(slot, now); record && !record->ended) visit(*record);
  });
}

TaskTotals GlanceAtTasks(const std::function<void(const TaskGlance&)>& visit) {
  const std::int64_t now = Now();
  const Epoch first = g_epochs.first.load();
  TaskTotals totals;
  for (const TaskChunk* chunk = FirstChunk(); chunk != nullptr; chunk = chunk->next) {
    for (const TaskSlot& slot : chunk->slots) {
      totals.ended += slot.ended.load(kAcquire);
      if (slot.serial.load(kAcquire) == 0) continue;
      ++totals.born;
      if (slot.epoch.load(kAcquire) < first) continue;
      const auto age = nanoseconds(std::max<std::int64_t>(now - slot.born.load(kAcquire), 0));
      visit({.state = TaskPlace(slot.place.load(kAcquire)).state(),
             .site = platform::StripSignature(slot.site.load(kAcquire)),
             .created = slot.stack.load(kAcquire),
             .age = duration_cast<milliseconds>(age)});
    }
  }
  // A task that ends between the two reads of its slot is missing for a moment.
  totals.born += totals.ended;
  RaiseTo(g_most_born, totals.born);
  totals.born = g_most_born.load(kAcquire);
  return totals;
}

void AdoptTasks(Epoch first, const std::function<bool(const TaskRecord&)>& which) {
  const std::int64_t now = Now();
  ForEachSlot(first, /*adopted_too=*/false, [&](TaskSlot& slot) {
    const auto record = ReadTask(slot, now);
    if (!record || record->ended || record->epoch < first || !which(*record)) return;
    slot.adopted.store(record->serial, std::memory_order_release);
    if (&slot != Running()) MarkOrigin(slot, *record);
  });
}

}  // namespace taskleak::registry
