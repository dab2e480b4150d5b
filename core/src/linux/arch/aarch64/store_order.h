// The order in which stores of other threads are seen, on aarch64.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_STORE_ORDER_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_STORE_ORDER_H_

#include <linux/membarrier.h>
#include <sys/syscall.h>

#include <cerrno>

#include "linux/arch/aarch64/raw_call.h"

namespace taskleak::platform {

/// Makes sure that if this thread has seen a store of another thread of the process, what it loads
/// from now on is not older than what that thread had stored before. A store with release does not
/// hold back the stores after it (Arm ARM, B2.3, "Load-Acquire, Load-AcquirePC, and
/// Store-Release"), so the program's own stores may be seen before it. Each processor that runs the
/// process executes a barrier meanwhile (membarrier(2), since Linux 4.14); does nothing where that
/// is denied. Thread-safe.
inline void SeeEarlierStores() {
  const auto call = [](long command) { return RawCall(SYS_membarrier, command); };
  if (call(MEMBARRIER_CMD_PRIVATE_EXPEDITED) != -EPERM) return;
  call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);  // a process must ask for it once
  call(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_STORE_ORDER_H_
