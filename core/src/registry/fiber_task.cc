#include "taskleak/fiber_task.h"

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
  SwitchLayout layout TASKLEAK_GUARDED_BY(mutex){
      .unknown_because = "nobody has looked how fibers are parked"};
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
  const SwitchLayout layout = GetSwitchLayout();
  if (layout.unknown_because != nullptr) return nullptr;
  return InternParkedStack(reinterpret_cast<std::uintptr_t>(sp), layout);
}

}  // namespace

SwitchLayout GetSwitchLayout() {
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
      own_(Self()) {}

FiberTask::FiberTask(SavedStackPointer saved, const void* launcher) noexcept
    : slot_(registry::BeginFiber(reinterpret_cast<std::uintptr_t>(saved),
                                 registry::ParkedLaunchStack(launcher))),
      own_(Self()) {}

FiberTask::~FiberTask() {
  if (slot_ == nullptr) return;
  Restore();
  registry::EndTask(slot_);
}

void FiberTask::Ready() noexcept {
  if (slot_ != nullptr) registry::MoveTask(slot_, {.state = WaitState::kQueued});
}

void FiberTask::Enter() noexcept {
  if (slot_ == nullptr) return;
  threads_ = {registry::t_running_task.serial, registry::t_running_task.origin};
  registry::t_running_task = {own_.serial, own_.origin};
  entered_ = true;
  registry::MoveTask(slot_, {.state = WaitState::kRunning, .thread = registry::ThreadNumber()});
}

void FiberTask::Leave() noexcept {
  if (slot_ == nullptr) return;
  own_ = {registry::t_running_task.serial, registry::t_running_task.origin};
  Restore();
  registry::MoveTask(slot_, {.state = WaitState::kSuspended});
}

// What the thread ran before it came to the fiber.
void FiberTask::Restore() noexcept {
  if (entered_) registry::t_running_task = {threads_.serial, threads_.origin};
  entered_ = false;
}

FiberTask::Running FiberTask::Self() const noexcept {
  if (slot_ == nullptr) return {};
  return {slot_->serial.load(std::memory_order_relaxed),
          slot_->origin.load(std::memory_order_relaxed)};
}

}  // namespace internal
}  // namespace taskleak
