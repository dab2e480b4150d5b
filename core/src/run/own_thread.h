// Threads of taskleak's own.
#ifndef TASKLEAK_SRC_RUN_OWN_THREAD_H_
#define TASKLEAK_SRC_RUN_OWN_THREAD_H_

namespace taskleak::run {

/// Makes the calling thread one of ours: named (at most 15 characters), never reported, and deaf to
/// all signals, so that the program's handlers run in its own threads.
void BecomeOwnThread(const char* name);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_OWN_THREAD_H_
