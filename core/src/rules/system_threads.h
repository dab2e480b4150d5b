// Threads that libc, a sanitizer's runtime, GLib or the kernel start for themselves, also where
// stripped libraries do not name what they do.
#ifndef TASKLEAK_SRC_RULES_SYSTEM_THREADS_H_
#define TASKLEAK_SRC_RULES_SYSTEM_THREADS_H_

#include "rules/known_threads.h"

namespace taskleak::rules {

/// The thread that waits for the expiry of SIGEV_THREAD timers. The thread in which such a timer's
/// function runs is another one, and the program's.
bool IsTimerHelper(const Candidate& thread);

/// The threads that wait for message queues (mq_notify), look up names (getaddrinfo_a) and do
/// asynchronous input and output (aio_read), as long as they run none of the program's functions.
bool IsLibcHelper(const Candidate& thread);

/// ThreadSanitizer's background thread, and that of another sanitizer's runtime.
bool IsTsanThread(const Candidate& thread);
bool IsSanitizerThread(const Candidate& thread);

/// A worker of io_uring, which runs in the kernel only.
bool IsKernelWorker(const Candidate& thread);

/// A thread that GLib keeps for its next pool after it has done its work, and ends when it stays
/// idle. The threads of an exclusive pool are never such ones; those of other pools are as soon as
/// they have nothing to do.
bool IsIdleGlibThread(const Candidate& thread);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_SYSTEM_THREADS_H_
