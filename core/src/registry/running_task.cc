#include "registry/running_task.h"

#include <unistd.h>

namespace taskleak {
namespace internal {

constinit thread_local ThreadTasks t_tasks;

void SetFirstTurn() noexcept {
  t_tasks.turn = TaskPlace(WaitState::kRunning, static_cast<std::uint32_t>(gettid()));
}

}  // namespace internal

namespace registry {

internal::TaskPlace NextTurn() {
  internal::ThreadTasks& thread = internal::t_tasks;
  if (thread.turn.word() == 0) internal::SetFirstTurn();
  thread.turn = thread.turn.Next();
  return thread.turn;
}

}  // namespace registry
}  // namespace taskleak
