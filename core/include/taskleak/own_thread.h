// For taskleak's other parts that need a thread. Not for other use.
#ifndef TASKLEAK_OWN_THREAD_H_
#define TASKLEAK_OWN_THREAD_H_

namespace taskleak::internal {

/// Makes the calling thread one of taskleak's own: named (at most 15 characters, which begin with
/// "taskleak-"), neither reported nor counted, and deaf to all signals, so that the program's
/// handlers run in its own threads.
void BecomeOwnThread(const char* name);

}  // namespace taskleak::internal

#endif  // TASKLEAK_OWN_THREAD_H_
