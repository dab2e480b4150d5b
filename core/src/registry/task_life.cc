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

void Publish(TaskSlot& slot) {
  slot.epoch.store(EnterEpoch(slot), kRelease);
  slot.born.store(CoarseNow(), kRelease);
  slot.state.store(static_cast<std::uint8_t>(WaitState::kQueued), kRelease);
  slot.thread.store(0, kRelease);
  slot.waiting.Store({});
  slot.serial.store(NextSerial(), kRelease);
}

}  // namespace

void SetTaskStacks(TaskStacks stacks) { g_stacks.store(stacks, kRelaxed); }

TaskSlot* BeginTask(std::string_view name, std::uintptr_t site) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  const TaskStacks stacks = g_stacks.load(kRelaxed);
  slot->parent.store(t_running_task.serial, kRelease);
  slot->origin.store(OriginHere(), kRelease);
  slot->site.store(stacks == TaskStacks::kOff ? 0 : site, kRelease);
  slot->stack.store(stacks == TaskStacks::kFull ? InternOwnStack(site) : nullptr, kRelease);
  slot->name.Store(name);
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
  Publish(*slot);
  return slot;
}

void EndTask(TaskSlot* slot) {
  slot->serial.store(0, kRelease);
  GiveBack(slot);
}

void MoveTask(TaskSlot* slot, WaitState state, int thread, std::string_view waiting) {
  const std::uint64_t version = slot->version.load(kRelaxed);
  slot->version.store(version + 1, kRelaxed);
  slot->state.store(static_cast<std::uint8_t>(state), kRelease);
  slot->thread.store(thread, kRelease);
  slot->waiting.Store(waiting);
  slot->version.store(version + 2, kRelease);
}

}  // namespace taskleak::registry
