// The order in which stores of other threads are seen: SeeEarlierStores().
#ifndef TASKLEAK_SRC_LINUX_ARCH_STORE_ORDER_H_
#define TASKLEAK_SRC_LINUX_ARCH_STORE_ORDER_H_

#if defined(__aarch64__)
#include "linux/arch/aarch64/store_order.h"
#else
#include "linux/arch/x86_64/store_order.h"
#endif

#endif  // TASKLEAK_SRC_LINUX_ARCH_STORE_ORDER_H_
