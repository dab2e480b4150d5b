#include "registry/running_task.h"

#include <unistd.h>

namespace taskleak::internal {

constinit thread_local ThreadTasks t_tasks;

void SetFirstTurn() noexcept {
  t_tasks.turn = TaskPlace(WaitState::kRunning, static_cast<std::uint32_t>(gettid()));
}

}  // namespace taskleak::internal
