#include <unistd.h>

#include <cstdlib>
#include <string>

#include "taskleak/test_run.h"

namespace taskleak {

// The environment is the one place that all copies of this library in a process share, however they
// were linked or loaded. The process id keeps a child process from taking its parent's claim for
// its own.
bool ClaimOnce(std::string_view key) {
  const std::string name = "TASKLEAK_CLAIMED_" + std::string(key);
  const std::string pid = std::to_string(getpid());
  const char* const claimed = std::getenv(name.c_str());
  if (claimed != nullptr && claimed == pid) return false;
  setenv(name.c_str(), pid.c_str(), 1);
  return true;
}

}  // namespace taskleak
