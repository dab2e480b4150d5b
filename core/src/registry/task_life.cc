#include "registry/task_life.h"

#include "registry/creation_stacks.h"
#include "registry/running_task.h"
#include "registry/task_epoch.h"
#include "registry/task_memory.h"

namespace taskleak {

namespace registry {
namespace {

using internal::t_tasks;
using internal::TaskHead;
using internal::TaskPlace;
using internal::TaskSlot;
using internal::ThreadTasks;

constexpr auto kRelease = std::memory_order_release;
constexpr auto kRelaxed = std::memory_order_relaxed;

constinit std::atomic<TaskStacks> g_stacks{TaskStacks::kSite};

// Serials are handed to threads in blocks, so that creators share nothing that is written.
constinit std::atomic<std::uint64_t> g_next_serials{1};

std::uint64_t NextSerial() {
  ThreadTasks& thread = t_tasks;
  if (thread.last_serial % ThreadTasks::kSerialBlock == 0)
    thread.last_serial = g_next_serials.fetch_add(ThreadTasks::kSerialBlock, kRelaxed) - 1;
  return ++thread.last_serial;
}

// Records the epoch in which a task in this slot is born. Looks see the epoch before they can see
// the task.
void EnterEpoch(TaskHead& slot, std::uint64_t epoch) {
  RaiseTo(g_epochs.newest_used, epoch);
  RaiseTo(slot.chunk->newest_epoch, epoch);
  slot.epoch.store(epoch, kRelease);
}

// Sets parent and origin from what the calling thread runs.
void DescendFromHere(TaskSlot& slot) {
  slot.parent.store(RunningSerial(), kRelease);
  slot.origin.store(OriginHere(), kRelease);
}

// Makes the task visible. Values that were not set are those of free slots.
void Publish(TaskHead& slot, TaskPlace place) {
  slot.place.store(place.word(), kRelease);
  EnterEpoch(slot, g_epochs.current.load(std::memory_order_acquire));
  slot.born.store(internal::CoarseNow(), kRelease);
  slot.serial.store(NextSerial(), kRelease);
}

// Updates what the thread keeps after `born`, so that the next births are quick. No birth is quick
// if more or less than the site is kept, or in a scope that the running task has opened.
void KeepForBirths(const TaskHead& born, std::uint64_t conditions) {
  ThreadTasks& thread = t_tasks;
  thread.epoch = born.epoch.load(kRelaxed);
  thread.origin = OriginOutsideTasks();
  const bool quick =
      GetTaskStacks() == TaskStacks::kSite && (Running() == nullptr || !OwnScopeIsInner());
  thread.conditions = quick ? conditions : 0;
}

}  // namespace

void SetTaskStacks(TaskStacks stacks) {
  g_stacks.store(stacks, kRelaxed);
  ChangeBirthConditions();
}
TaskStacks GetTaskStacks() { return g_stacks.load(kRelaxed); }

TaskSlot* BeginTask(std::string_view name, std::uintptr_t site, std::uintptr_t code) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  const TaskStacks stacks = GetTaskStacks();
  DescendFromHere(*slot);
  slot->site.store(stacks == TaskStacks::kOff ? 0 : site, kRelease);
  slot->stack.store(stacks == TaskStacks::kFull ? InternOwnStack(site) : nullptr, kRelease);
  slot->code.store(code, kRelease);
  if (!name.empty()) slot->name.Store(name);
  Publish(*slot, TaskPlace(WaitState::kQueued, 0));
  return slot;
}

TaskSlot* BeginFrame(FrameWord frame, std::uintptr_t call, std::uintptr_t caller) {
  const std::uint64_t conditions = internal::g_birth_conditions.load(std::memory_order_acquire);
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  const TaskStacks stacks = GetTaskStacks();
  DescendFromHere(*slot);
  slot->site.store(stacks == TaskStacks::kOff ? 0 : caller, kRelease);
  slot->stack.store(stacks == TaskStacks::kFull ? InternOwnStack(call) : nullptr, kRelease);
  slot->code.store(call, kRelease);
  slot->memory.store(frame.bits(), kRelease);
  Publish(*slot, TaskPlace(WaitState::kSuspended, 0));
  KeepForBirths(*slot, conditions);
  return slot;
}

TaskSlot* BeginFiber(std::uintptr_t saved_sp, const CreationStack* launched) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  DescendFromHere(*slot);
  slot->site.store(0, kRelease);
  slot->stack.store(launched, kRelease);
  slot->code.store(0, kRelease);
  slot->name.Store("fiber");
  slot->memory.store(saved_sp, kRelease);
  Publish(*slot, TaskPlace(WaitState::kQueued, 0));
  return slot;
}

TaskSlot* BeginOperation(const internal::Operation& operation) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  const bool is_awaited = operation.awaited_by != 0;
  slot->parent.store(is_awaited ? operation.awaited_by : RunningSerial(), kRelease);
  slot->origin.store(OriginHere(), kRelease);
  slot->site.store(0, kRelease);
  const bool without_stack =
      is_awaited || operation.callback != 0 || GetTaskStacks() == TaskStacks::kOff;
  slot->stack.store(without_stack ? nullptr : InternOwnStack(0), kRelease);
  slot->code.store(operation.callback, kRelease);
  slot->name.Store(operation.name);
  slot->waiting.Store(operation.what);
  slot->descriptor.store(operation.descriptor, kRelease);
  slot->hint.store(operation.hint, kRelease);
  slot->awaited_by.store(operation.awaited_by, kRelease);
  Publish(*slot, TaskPlace(operation.state, 0));
  return slot;
}

TaskSlot* CopyTask(const TaskSlot& other) {
  TaskSlot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  slot->parent.store(other.parent.load(kRelaxed), kRelease);
  slot->origin.store(other.origin.load(kRelaxed), kRelease);
  slot->site.store(other.site.load(kRelaxed), kRelease);
  slot->stack.store(other.stack.load(kRelaxed), kRelease);
  slot->code.store(other.code.load(kRelaxed), kRelease);
  slot->name.Store(other.name.Load());
  Publish(*slot, TaskPlace(WaitState::kQueued, 0));
  return slot;
}

void EndTask(TaskSlot* slot) {
  slot->serial.store(0, kRelease);
  internal::CountEnd(*slot);
  slot->name.Clear();
  slot->waiting.Clear();
  slot->descriptor.store(-1, kRelease);
  slot->hint.store(nullptr, kRelease);
  slot->awaited_by.store(0, kRelease);
  slot->memory.store(0, kRelease);
  slot->stack.store(nullptr, kRelease);
  if (t_tasks.running == slot) t_tasks.running = nullptr;
  GiveBack(slot);
}

void RunTask(TaskSlot* slot) {
  const TaskPlace before(slot->place.load(kRelaxed));
  slot->place.store(before.Changing().word(), kRelaxed);
  slot->waiting.Clear();
  const auto thread = static_cast<std::uint32_t>(ThreadNumber());
  slot->place.store(TaskPlace(WaitState::kRunning, thread).After(before).word(), kRelease);
}

void SuspendTask(TaskSlot* slot, WaitState state, std::string_view waiting) {
  const TaskPlace before(slot->place.load(kRelaxed));
  slot->place.store(before.Changing().word(), kRelaxed);
  slot->waiting.Store(waiting);
  slot->place.store(TaskPlace(state, 0).After(before).word(), kRelease);
}

}  // namespace registry

namespace internal {

TaskHead* BeginCoroutineTask(std::uintptr_t code, std::uintptr_t site) noexcept {
  const std::uint64_t conditions = g_birth_conditions.load(std::memory_order_acquire);
  TaskHead* const head = registry::BeginTask({}, site, code);
  if (head != nullptr) registry::KeepForBirths(*head, conditions);
  return head;
}

}  // namespace internal
}  // namespace taskleak
