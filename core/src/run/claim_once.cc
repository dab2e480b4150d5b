#include <sys/auxv.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "linux/proc/memory.h"
#include "taskleak/internal/code_options.h"
#include "taskleak/test_run.h"

namespace taskleak {
namespace {

// The environment is the only place that all copies of this library in a process share, no matter
// how they were linked or loaded. The claim contains the process id and the random bytes that every
// execve(2) gives (getauxval(3), AT_RANDOM). So a forked child, or a program that the process
// executes, does not take an earlier claim for its own.
struct Claim {
  explicit Claim(std::string_view key) : name("TASKLEAK_CLAIMED_" + std::string(key)) {
    const auto random = platform::ReadValue<std::uint64_t>(getauxval(AT_RANDOM)).value_or(0);
    value = std::to_string(getpid()) + "-" + std::to_string(random);
  }
  [[nodiscard]] bool IsMade() const {
    const char* const claimed = std::getenv(name.c_str());
    return claimed != nullptr && claimed == value;
  }

  std::string name;
  std::string value;
};

}  // namespace

bool internal::IsClaimed(std::string_view key) { return Claim(key).IsMade(); }

bool ClaimOnce(std::string_view key) {
  const Claim claim(key);
  if (claim.IsMade()) return false;
  setenv(claim.name.c_str(), claim.value.c_str(), 1);
  return true;
}

}  // namespace taskleak
