// What taskleak::hooks tells the core of the lives of threads. Not for other use.
#ifndef TASKLEAK_THREAD_BIRTH_H_
#define TASKLEAK_THREAD_BIRTH_H_

#include <pthread.h>

#include <cstdint>

namespace taskleak::internal {

using StartRoutine = void* (*)(void*);

/// One thread, from before its creation to when nobody needs to know of it any more.
class ThreadBirth;

/// In the creator, before the thread exists: remembers who asks. Null if births are not recorded or
/// there is no memory: then create the thread as if there were no hooks. Thread-safe, as all that
/// follows; creators share no lock. Keeps errno.
ThreadBirth* BeginBirth(StartRoutine routine, void* argument, bool detached);
/// The thread could not be created.
void CancelBirth(ThreadBirth* birth);
/// In the creator, once the thread exists; `handle` is where pthread_create has put its handle.
void FinishBirth(ThreadBirth* birth, const pthread_t* handle);
/// All that the thread itself does: runs its routine. Its end is noticed however it comes.
void* RunThread(ThreadBirth* birth);

/// The serial of the newest thread with that handle, to be kept over a join or detach; 0 if it is
/// not known. A handle is used again once its thread is gone.
std::uint64_t FindSerial(pthread_t handle);
/// Somebody has joined it: nothing is left to say of it.
void MarkJoined(pthread_t handle, std::uint64_t serial);
void MarkDetached(pthread_t handle, std::uint64_t serial);

}  // namespace taskleak::internal

#endif  // TASKLEAK_THREAD_BIRTH_H_
