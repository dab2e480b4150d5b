#include "explain/unrecorded.h"

#include <cstdint>

#include "registry/thread_birth.h"

namespace taskleak::explain {

std::string DescribeUnrecorded() {
  const std::uint64_t count = registry::CountUnrecorded();
  if (count == 0) return {};
  if (count == 1)
    return "a thread was created when there was no memory to record it: what created it, and "
           "whether it was joined, is not known";
  return std::to_string(count) +
         " threads were created when there was no memory to record them: what created them, and "
         "whether they were joined, is not known";
}

}  // namespace taskleak::explain
