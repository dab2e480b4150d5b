#include "taskleak/internal/fiber_task.h"

#include <optional>

#include "base/mutex.h"
#include "registry/creation_stacks.h"
#include "registry/running_task.h"
#include "registry/switch_layout.h"
#include "registry/task_life.h"

namespace taskleak {
namespace registry {
namespace {

using internal::SwitchLayout;

struct Layout {
  Mutex mutex;
  std::optional<SwitchLayout> layout TASKLEAK_GUARDED_BY(mutex);
};

Layout& TheLayout() {
  static auto* const layout = new Layout();
  return *layout;
}

const CreationStack* OwnLaunchStack() {
  return GetTaskStacks() == TaskStacks::kOff ? nullptr : InternOwnStack(0);
}

const CreationStack* ParkedLaunchStack(const void* sp) {
  if (sp == nullptr || GetTaskStacks() == TaskStacks::kOff) return nullptr;
  const std::optional<SwitchLayout> layout = GetSwitchLayout();
  if (!layout || layout->unknown_because != nullptr) return nullptr;
  return InternParkedStack(reinterpret_cast<std::uintptr_t>(sp), *layout);
}

}  // namespace

std::optional<SwitchLayout> GetSwitchLayout() {
  Layout& known = TheLayout();
  const MutexLock lock(known.mutex);
  return known.layout;
}

}  // namespace registry

namespace internal {

void SetSwitchLayout(const SwitchLayout& layout) noexcept {
  registry::Layout& known = registry::TheLayout();
  const MutexLock lock(known.mutex);
  known.layout = layout;
}

FiberTask::FiberTask(SavedStackPointer saved) noexcept
    : slot_(registry::BeginFiber(reinterpret_cast<std::uintptr_t>(saved),
                                 registry::OwnLaunchStack())),
      own_{slot_, registry::SerialOf(slot_)} {}

FiberTask::FiberTask(SavedStackPointer saved, const void* launcher) noexcept
    : slot_(registry::BeginFiber(reinterpret_cast<std::uintptr_t>(saved),
                                 registry::ParkedLaunchStack(launcher))),
      own_{slot_, registry::SerialOf(slot_)} {}

FiberTask::~FiberTask() {
  if (slot_ == nullptr) return;
  Restore();
  registry::EndTask(slot_);
}

void FiberTask::Ready() noexcept {
  if (slot_ != nullptr) registry::SuspendTask(slot_, WaitState::kQueued, {});
}

void FiberTask::Enter() noexcept {
  if (slot_ == nullptr) return;
  threads_ = Running::Now();
  own_.Restore();
  entered_ = true;
  registry::RunTask(slot_);
}

void FiberTask::Leave() noexcept {
  if (slot_ == nullptr) return;
  own_ = Running::Now();
  Restore();
  registry::SuspendTask(slot_, WaitState::kSuspended, {});
}

// Restores the task that the thread ran before the fiber.
void FiberTask::Restore() noexcept {
  if (entered_) threads_.Restore();
  entered_ = false;
}

FiberTask::Running FiberTask::Running::Now() noexcept {
  TaskHead* const task = registry::Running();
  return {task, registry::SerialOf(task)};
}

// Does nothing if that task has ended meanwhile.
void FiberTask::Running::Restore() const noexcept {
  t_tasks.running = registry::SerialOf(task) == serial ? task : nullptr;
}

}  // namespace internal
}  // namespace taskleak
