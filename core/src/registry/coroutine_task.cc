#include "taskleak/coroutine_task.h"

#include <array>
#include <cstring>

#include "registry/running_task.h"
#include "registry/task_life.h"

namespace taskleak::internal {

namespace {

// A frame begins with the addresses of its resume and destroy functions, which GCC and Clang set
// before the promise is constructed ("Coroutines in LLVM", "Switched-Resume Lowering"). The second
// stays there until the end.
std::uintptr_t DestroyFunction(const void* frame) {
  std::array<std::uintptr_t, 2> functions;
  std::memcpy(functions.data(), frame, sizeof functions);
  return functions[1];
}

}  // namespace

CoroutineTask::CoroutineTask(const void* frame, const void* site) noexcept
    : slot_(registry::BeginTask({}, reinterpret_cast<std::uintptr_t>(site),
                                DestroyFunction(frame))) {}

CoroutineTask::~CoroutineTask() {
  if (slot_ == nullptr) return;
  Leave();  // a coroutine may be destroyed by itself, at its end
  registry::EndTask(slot_);
}

void CoroutineTask::Suspend(const char* file, int line) noexcept {
  if (slot_ == nullptr) return;
  Leave();
  registry::MoveTask(slot_, {.state = WaitState::kSuspended, .file = file, .line = line});
}

void CoroutineTask::Resume() noexcept {
  if (slot_ == nullptr) return;
  outer_serial_ = registry::t_running_task.serial;
  outer_origin_ = registry::t_running_task.origin;
  registry::t_running_task = {slot_->serial.load(std::memory_order_relaxed),
                              slot_->origin.load(std::memory_order_relaxed)};
  registry::MoveTask(slot_, {.state = WaitState::kRunning, .thread = registry::ThreadNumber()});
}

void CoroutineTask::Finish() noexcept {
  if (slot_ == nullptr) return;
  Leave();
  registry::MoveTask(slot_, {.state = WaitState::kOther});
}

void CoroutineTask::SetAwaitedBy(std::uint64_t awaiter) noexcept {
  if (slot_ != nullptr) slot_->awaited_by.store(awaiter, std::memory_order_release);
}

std::uint64_t CoroutineTask::serial() const noexcept {
  return slot_ == nullptr ? 0 : slot_->serial.load(std::memory_order_relaxed);
}

// What the thread ran before goes on.
void CoroutineTask::Leave() noexcept {
  if (registry::t_running_task.serial == slot_->serial.load(std::memory_order_relaxed))
    registry::t_running_task = {outer_serial_, outer_origin_};
}

}  // namespace taskleak::internal
