#include "taskleak/internal/async_operation.h"

#include "registry/task_life.h"

namespace taskleak::internal {

Task BeginOperation(const Operation& operation) noexcept {
  return Task(registry::BeginOperation(operation));
}

}  // namespace taskleak::internal
