// Records the lives of threads. For taskleak::hooks.
#ifndef TASKLEAK_THREAD_BIRTH_H_
#define TASKLEAK_THREAD_BIRTH_H_

#include <pthread.h>

#include <cstdint>

namespace taskleak::internal {

using StartRoutine = void* (*)(void*);

/// Records one thread, from before its creation until its end does not matter any more.
class ThreadBirth;

/// Records the creator of a thread. Call it in the creator, before the thread exists. Returns null
/// if births are not recorded or there is no memory; then create the thread as without hooks.
/// Thread-safe, like all functions here; creators share no lock. Keeps errno.
ThreadBirth* BeginBirth(StartRoutine routine, void* argument, bool detached);
/// Notes which stack the thread is going to have. Call it in the creator, before the thread exists.
void NoteStack(ThreadBirth* birth, const pthread_attr_t* attributes);
/// Forgets a thread that could not be created.
void CancelBirth(ThreadBirth* birth);
/// Notes that the thread exists. Call it in the creator; `handle` is where pthread_create stored
/// the handle.
void FinishBirth(ThreadBirth* birth, const pthread_t* handle);
/// Runs the thread's routine on the new thread. Notices the thread's end, however it ends.
void* RunThread(ThreadBirth* birth);

/// Returns the serial of the newest thread with that handle; 0 if unknown. Take it before a join or
/// detach, since the handle can be used again once its thread is gone.
std::uint64_t FindSerial(pthread_t handle);
/// Notes that the thread was joined, so it will not be reported.
void MarkJoined(pthread_t handle, std::uint64_t serial);
/// Notes that the thread was detached.
void MarkDetached(pthread_t handle, std::uint64_t serial);

}  // namespace taskleak::internal

#endif  // TASKLEAK_THREAD_BIRTH_H_
