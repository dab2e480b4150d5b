// Noticing that a thread's start routine is over, however that comes.
#ifndef TASKLEAK_SRC_REGISTRY_THREAD_END_H_
#define TASKLEAK_SRC_REGISTRY_THREAD_END_H_

namespace taskleak::internal {

/// Calls `routine`, and `after` when it has returned, or when the thread is ended in it by
/// pthread_exit(3) or cancelled. Takes no key for thread-specific data, of which a process has few.
void* CallThen(void* (*routine)(void*), void* argument, void (*after)(void*), void* with);

}  // namespace taskleak::internal

#endif  // TASKLEAK_SRC_REGISTRY_THREAD_END_H_
