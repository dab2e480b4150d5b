#include "linux/proc/restarted_call.h"

#include <linux/futex.h>
#include <sys/syscall.h>

namespace taskleak::platform {
namespace {

bool IsSmall(std::uint64_t argument) {
  constexpr std::uint64_t kPage = 4096;  // nothing is mapped below
  return argument < kPage;
}

// Of the operations of futex(2), these two can be continued (kernel/futex/waitwake.c, futex_wait).
bool IsFutexWait(const std::array<std::uint64_t, 6>& arguments) {
  const bool any_bit = static_cast<std::uint32_t>(arguments[5]) == FUTEX_BITSET_MATCH_ANY;
  const std::uint64_t operation =
      arguments[1] & ~std::uint64_t{FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME};
  return arguments[1] == FUTEX_WAIT_PRIVATE || (operation == FUTEX_WAIT_BITSET && any_bit);
}

#ifdef SYS_poll
constexpr long kPoll = SYS_poll;
#else
constexpr long kPoll = SYS_restart_syscall;  // ppoll is not continued in this way
#endif

}  // namespace

// The kernel continues futex, nanosleep, clock_nanosleep and poll in this way
// (include/linux/restart_block.h).
long FindRestartedCall(const std::array<std::uint64_t, 6>& arguments) {
  const std::uint64_t first = arguments[0];
  const std::uint64_t second = arguments[1];
  if (IsSmall(first)) {  // a clock, or poll of no descriptors for a number of milliseconds
    const bool is_poll = first == 0 && arguments[2] >> 32 == 0;
    return is_poll ? kPoll : SYS_clock_nanosleep;
  }
  // The address where nanosleep puts the rest of the time, if there is one.
  if (second == 0 || !IsSmall(second)) return SYS_nanosleep;
  return IsFutexWait(arguments) ? SYS_futex : kPoll;
}

}  // namespace taskleak::platform
