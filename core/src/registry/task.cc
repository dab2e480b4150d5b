#include "taskleak/task.h"

#include <sys/types.h>

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
  if (slot_ != nullptr) registry::MoveTask(slot_, {.state = state}, what);
}

std::int64_t Task::id() const {
  return slot_ == nullptr
             ? 0
             : static_cast<std::int64_t>(slot_->serial.load(std::memory_order_relaxed));
}

Task::Run::Run(const Task& task)
    : slot_(task.slot_),
      serial_(static_cast<std::uint64_t>(task.id())),
      outer_serial_(registry::t_running_task.serial),
      outer_origin_(registry::t_running_task.origin) {
  if (slot_ == nullptr) return;
  registry::MoveTask(slot_, {.state = WaitState::kRunning, .thread = registry::ThreadNumber()}, {});
  registry::t_running_task = {serial_, slot_->origin.load(std::memory_order_relaxed)};
  registry::NoteJob(*slot_);
}

Task::Run::~Run() {
  if (slot_ == nullptr) return;
  registry::t_running_task = {outer_serial_, outer_origin_};
  // A task that ended meanwhile has another serial, or none.
  if (slot_->serial.load(std::memory_order_relaxed) == serial_)
    registry::MoveTask(slot_, {.state = WaitState::kSuspended}, {});
}

}  // namespace taskleak
