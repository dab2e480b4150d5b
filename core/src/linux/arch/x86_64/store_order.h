// The order in which stores of other threads are seen, on x86-64.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_STORE_ORDER_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_STORE_ORDER_H_

#include <atomic>

namespace taskleak::platform {

/// Makes sure that if this thread has seen a store of another thread of the process, what it loads
/// from now on is not older than what that thread had stored before. The processor sees to that
/// (Intel SDM volume 3, "Memory Ordering": stores are seen in their order); the compiler must not
/// change the order of the loads. Thread-safe.
inline void SeeEarlierStores() { std::atomic_signal_fence(std::memory_order_seq_cst); }

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_STORE_ORDER_H_
