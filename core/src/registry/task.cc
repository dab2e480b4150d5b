#include "taskleak/task.h"

#include "registry/last_job.h"
#include "registry/running_task.h"
#include "registry/task_life.h"

namespace taskleak {

Task::Task(std::string_view name) : Task(name, __builtin_return_address(0)) {}

Task::Task(std::string_view name, const void* site)
    : slot_(registry::BeginTask(name, reinterpret_cast<std::uintptr_t>(site))) {}

Task::~Task() {
  if (slot_ != nullptr) registry::EndTask(slot_);
}

Task Task::CopyOf(const Task& other) {
  return Task(other.slot_ == nullptr ? nullptr : registry::CopyTask(*other.slot_));
}

void Task::SetWaiting(std::string_view what, WaitState state) {
  if (slot_ != nullptr) registry::SuspendTask(slot_, state, what);
}

std::int64_t Task::id() const {
  return slot_ == nullptr
             ? 0
             : static_cast<std::int64_t>(slot_->serial.load(std::memory_order_relaxed));
}

Task::Run::Run(const Task& task)
    : slot_(task.slot_),
      serial_(static_cast<std::uint64_t>(task.id())),
      outer_(registry::Running()),
      outer_serial_(registry::SerialOf(outer_)) {
  if (slot_ == nullptr) return;
  registry::RunTask(slot_);
  internal::t_tasks.running = slot_;
  registry::NoteJob(*slot_);
}

// A task that has ended meanwhile has another serial, or none.
Task::Run::~Run() {
  if (slot_ == nullptr) return;
  internal::t_tasks.running = registry::SerialOf(outer_) == outer_serial_ ? outer_ : nullptr;
  if (registry::SerialOf(slot_) == serial_) registry::SuspendTask(slot_, WaitState::kSuspended, {});
}

}  // namespace taskleak
