#include "taskleak/internal/per_process.h"

#include <unistd.h>

namespace taskleak::internal {

int CurrentProcess() { return getpid(); }

}  // namespace taskleak::internal
