#include <sys/auxv.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "linux/proc/memory.h"
#include "taskleak/test_run.h"

namespace taskleak {

// The environment is the one place that all copies of this library in a process share, however they
// were linked or loaded. The process id keeps a forked child, and the random bytes that every
// execve(2) gives (getauxval(3), AT_RANDOM) keep the program a process becomes, from taking an
// earlier claim for their own.
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
