// For taskleak's other parts that need a thread. Not for other use.
#ifndef TASKLEAK_OWN_THREAD_H_
#define TASKLEAK_OWN_THREAD_H_

#include <functional>
#include <thread>

namespace taskleak::internal {

/// A thread of taskleak's own: named (at most 15 characters, which begin with "taskleak-"), neither
/// reported nor counted, and deaf to all signals, so that the program's handlers run in its own
/// threads. Must be joined.
class OwnThread {
 public:
  /// Starts it, to run `body`. All that is said above holds when this returns.
  OwnThread(const char* name, std::function<void()> body);

  /// Waits for its end; but only lets go of it in a forked child, where it does not exist.
  void Join();

 private:
  std::thread thread_;
  int process_;  // that it runs in
};

}  // namespace taskleak::internal

#endif  // TASKLEAK_OWN_THREAD_H_
