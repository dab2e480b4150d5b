// Blocking system and library calls, each with the action that ends it and the result that it must
// then return.
#ifndef TASKLEAK_TESTS_CAPTURE_BLOCKING_CALLS_H_
#define TASKLEAK_TESTS_CAPTURE_BLOCKING_CALLS_H_

#include <functional>
#include <string>
#include <vector>

namespace taskleak::capture {

struct BlockingCall {
  std::string name;
  std::vector<long> numbers;  ///< it may block in these system calls
  /// Blocks. Returns true if it ended in the same way as without a disturbance.
  std::function<bool()> block;
  /// Ends it; empty for those that end by themselves after one second.
  std::function<void()> release;
  /// True if other places on the stack may look like its caller's frame.
  bool may_be_guessed = false;
};

/// Returns all of them, with the objects that they need (pipes, a child process, ...). Call it once
/// per process.
std::vector<BlockingCall> MakeBlockingCalls();

}  // namespace taskleak::capture

#endif  // TASKLEAK_TESTS_CAPTURE_BLOCKING_CALLS_H_
