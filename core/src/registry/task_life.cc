#include "registry/task_life.h"

#include <ctime>

#include "registry/creation_stacks.h"
#include "registry/running_task.h"
#include "registry/task_epoch.h"
#include "registry/task_memory.h"

namespace taskleak::registry {
namespace {

using internal::TaskSlot;

constexpr auto kRelease = std::memory_order_release;
constexpr auto kRelaxed = std::memory_order_relaxed;

constinit std::atomic<TaskStacks> g_stacks{TaskStacks::kSite};

// Serials are handed to threads in blocks, so that creators share nothing that is written.
constexpr std::uint64_t kSerialBlock = 64;
constinit std::atomic<std::uint64_t> g_next_serials{1};
constinit thread_local std::uint64_t t_next_serial = 0;

std::uint64_t NextSerial() {
  if (t_next_serial % kSerialBlock == 0) {
    t_next_serial = g_next_serials.fetch_add(kSerialBlock, kRelaxed) - 1;
  }
  return ++t_next_serial;
}

// To within a few milliseconds, for a few nanoseconds.
std::int64_t CoarseNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// In which epoch a task in this slot is born. Said to all who look before the task can be seen.
std::uint64_t EnterEpoch(TaskSlot& slot) {
  const std::uint64_t epoch = g_epochs.current.load(std::memory_order_acquire);
  RaiseTo(g_epochs.newest_used, epoch);
  RaiseTo(slot.chunk->newest_epoch, epoch);
  return epoch;
}

// Returns the version before the change.
std::uint64_t BeginChange(TaskSlot& slot) {
  const std::uint64_t version = slot.version.load(kRelaxed);
  slot.version.store(version + 1, kRelaxed);
  return version;
}

void SetPlace(TaskSlot& slot, const TaskPlace& place) {
  slot.state.store(static_cast<std::uint8_t>(place.state), kRelease);
  slot.thread.store(place.thread, kRelease);
  slot.file.store(place.file, kRelease);
  slot.line.store(place.line, kRelease);
}

// Only who has the slot calls it.
void CountTurn(TaskSlot& slot) { slot.turns.store(slot.turns.load(kRelaxed) + 1, kRelease); }

// From what the calling thread runs.
void DescendFromHere(TaskSlot& slot) {
  slot.parent.store(t_running_task.serial, kRelease);
  slot.origin.store(OriginHere(), kRelease);
}

void Publish(TaskSlot& slot) {
  slot.epoch.store(EnterEpoch(slot), kRelease);
  slot.born.store(CoarseNow(), kRelease);
  SetPlace(slot, {.state = WaitState::kQueued});
  slot.awaited_by.store(0, kRelease);
  slot.waiting.Store({});
  slot.serial.store(NextSerial(), kRelease);
  CountTurn(slot);
}

}  // namespace

void SetTaskStacks(TaskStacks stacks) { g_stacks.store(stacks, kRelaxed); }

TaskStacks GetTaskStacks() { return g_stacks.load(kRelaxed); }

TaskSlot* BeginTask(std::string_view name, std::uintptr_t site, std::uintptr_t code) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  const TaskStacks stacks = GetTaskStacks();
  DescendFromHere(*slot);
  slot->site.store(stacks == TaskStacks::kOff ? 0 : site, kRelease);
  slot->stack.store(stacks == TaskStacks::kFull ? InternOwnStack(site) : nullptr, kRelease);
  slot->name.Store(name);
  slot->code.store(code, kRelease);
  slot->saved_sp.store(0, kRelease);
  Publish(*slot);
  return slot;
}

TaskSlot* BeginFiber(std::uintptr_t saved_sp, const CreationStack* launched) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  DescendFromHere(*slot);
  slot->site.store(0, kRelease);
  slot->stack.store(launched, kRelease);
  slot->name.Store("fiber");
  slot->code.store(0, kRelease);
  slot->saved_sp.store(saved_sp, kRelease);
  Publish(*slot);
  return slot;
}

TaskSlot* CopyTask(const TaskSlot& other) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  slot->parent.store(other.parent.load(kRelaxed), kRelease);
  slot->origin.store(other.origin.load(kRelaxed), kRelease);
  slot->site.store(other.site.load(kRelaxed), kRelease);
  slot->stack.store(other.stack.load(kRelaxed), kRelease);
  slot->name.Store(other.name.Load());
  slot->code.store(other.code.load(kRelaxed), kRelease);
  slot->saved_sp.store(0, kRelease);
  Publish(*slot);
  return slot;
}

void EndTask(TaskSlot* slot) {
  slot->serial.store(0, kRelease);
  CountTurn(*slot);
  GiveBack(slot);
}

void MoveTask(TaskSlot* slot, const TaskPlace& place, std::string_view waiting) {
  const std::uint64_t version = BeginChange(*slot);
  SetPlace(*slot, place);
  slot->waiting.Store(waiting);
  slot->version.store(version + 2, kRelease);
}

void MoveTask(TaskSlot* slot, const TaskPlace& place) {
  const std::uint64_t version = BeginChange(*slot);
  SetPlace(*slot, place);
  slot->version.store(version + 2, kRelease);
}

}  // namespace taskleak::registry
