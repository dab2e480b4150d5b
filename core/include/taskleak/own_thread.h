// For taskleak's other parts that need a thread. Not for other use.
#ifndef TASKLEAK_OWN_THREAD_H_
#define TASKLEAK_OWN_THREAD_H_

#include <functional>
#include <thread>

namespace taskleak::internal {

/// Starts a thread of taskleak's own, which runs `body`: named (at most 15 characters, which begin
/// with "taskleak-"), neither reported nor counted, and deaf to all signals, so that the program's
/// handlers run in its own threads. All that holds when this returns.
[[nodiscard]] std::thread StartOwnThread(const char* name, std::function<void()> body);

}  // namespace taskleak::internal

#endif  // TASKLEAK_OWN_THREAD_H_
