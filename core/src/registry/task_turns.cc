#include "taskleak/internal/task_turns.h"

#include <optional>

#include "registry/frame_word.h"
#include "registry/task_epoch.h"
#include "registry/task_memory.h"

namespace taskleak::internal {
namespace {

constexpr auto kAcquire = std::memory_order_acquire;

// Returns nothing if the slot's task does not run, or left its turn while it was read.
std::optional<TaskTurn> ReadTurn(const TaskSlot& slot) {
  const TaskPlace place(slot.place.load(kAcquire));
  if (place.state() != WaitState::kRunning || place.is_changing()) return std::nullopt;
  const std::uint64_t serial = slot.serial.load(kAcquire);
  if (serial == 0 || registry::FrameWord(slot.memory.load(kAcquire)).is_frame())
    return std::nullopt;
  TaskTurn turn{{static_cast<std::int64_t>(serial), place.word()},
                static_cast<int>(place.where()),
                slot.name.Load()};
  const bool same = slot.place.load(std::memory_order_relaxed) == place.word() &&
                    slot.serial.load(std::memory_order_relaxed) == serial;
  return same ? std::optional(std::move(turn)) : std::nullopt;
}

}  // namespace

std::vector<TaskTurn> TurnsUnderWay() {
  const std::uint64_t first = registry::g_epochs.first.load();  // later than a parent's tasks
  std::vector<TaskTurn> turns;
  for (const registry::TaskChunk* chunk = registry::FirstChunk(); chunk != nullptr;
       chunk = chunk->next) {
    for (const TaskSlot& slot : chunk->slots) {
      if (slot.epoch.load(kAcquire) < first) continue;
      if (auto turn = ReadTurn(slot)) turns.push_back(*std::move(turn));
    }
  }
  return turns;
}

}  // namespace taskleak::internal
