// Runs a thread of taskleak's own. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_OWN_THREAD_H_
#define TASKLEAK_INTERNAL_OWN_THREAD_H_

#include <functional>
#include <thread>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Runs a thread of taskleak's own. It is neither reported nor counted, and blocks all signals, so
/// that the program's signal handlers run on the program's threads. Must be joined.
class OwnThread {
 public:
  /// Starts the thread, which runs `body`. `name` has at most 15 characters and begins with
  /// "taskleak-". When this returns, the thread is already left out of reports. `calls_program`
  /// says whether `body` runs code of the program, such as a callback.
  OwnThread(const char* name, std::function<void()> body, bool calls_program = false);

  /// Waits for the end of the thread. In a forked child, where it does not exist, only releases it.
  void Join();

 private:
  std::thread thread_;
  int process_;  // in which it runs
};

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_OWN_THREAD_H_
