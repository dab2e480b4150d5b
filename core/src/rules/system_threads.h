// Recognizes threads that libc, a sanitizer's runtime, GLib or the kernel start for themselves,
// also if the libraries are stripped.
#ifndef TASKLEAK_SRC_RULES_SYSTEM_THREADS_H_
#define TASKLEAK_SRC_RULES_SYSTEM_THREADS_H_

#include "rules/known_threads.h"

namespace taskleak::rules {

/// Returns true for the thread that waits for the expiry of SIGEV_THREAD timers. A timer's function
/// runs in another thread, which belongs to the program.
bool IsTimerHelper(const Candidate& thread);

/// Returns true for the threads that wait for message queues (mq_notify), look up names
/// (getaddrinfo_a) or do asynchronous input and output (aio_read), as long as they run none of the
/// program's functions.
bool IsLibcHelper(const Candidate& thread);

/// Returns true for the background thread of ThreadSanitizer or of another sanitizer's runtime.
bool IsTsanThread(const Candidate& thread);
bool IsSanitizerThread(const Candidate& thread);

/// Returns true for a worker of io_uring, which runs in the kernel only.
bool IsKernelWorker(const Candidate& thread);

/// Returns true for a thread that GLib keeps for its next pool after it has done its work, and ends
/// when it stays idle. Returns false for all threads of an exclusive pool. Threads of other pools
/// are idle threads as soon as they have nothing to do.
bool IsIdleGlibThread(const Candidate& thread);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_SYSTEM_THREADS_H_
