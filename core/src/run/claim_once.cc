#include <sys/auxv.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "linux/proc/memory.h"
#include "taskleak/test_run.h"

namespace taskleak {

// The environment is the only place that all copies of this library in a process share, no matter
// how they were linked or loaded. The claim contains the process id and the random bytes that every
// execve(2) gives (getauxval(3), AT_RANDOM). So a forked child, or a program that the process
// executes, does not take an earlier claim for its own.
bool ClaimOnce(std::string_view key) {
  const std::string name = "TASKLEAK_CLAIMED_" + std::string(key);
  const auto random = platform::ReadValue<std::uint64_t>(getauxval(AT_RANDOM)).value_or(0);
  const std::string value = std::to_string(getpid()) + "-" + std::to_string(random);
  const char* const claimed = std::getenv(name.c_str());
  if (claimed != nullptr && claimed == value) return false;
  setenv(name.c_str(), value.c_str(), 1);
  return true;
}

}  // namespace taskleak
