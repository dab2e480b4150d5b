// Blocking system and library calls, each with what ends it and what it must then return.
#ifndef TASKLEAK_TESTS_CAPTURE_BLOCKING_CALLS_H_
#define TASKLEAK_TESTS_CAPTURE_BLOCKING_CALLS_H_

#include <functional>
#include <string>
#include <vector>

namespace taskleak::capture {

struct BlockingCall {
  std::string name;
  std::vector<long> numbers;  ///< the system calls that it may block in
  /// Blocks; true if it ended as it does when nothing disturbs it.
  std::function<bool()> block;
  /// Ends it; empty for those that end by themselves after one second.
  std::function<void()> release;
  /// Other places on the stack may look like its caller's frame, too.
  bool may_be_guessed = false;
};

/// All of them, with what they need (pipes, a child process, ...). Made once per process.
std::vector<BlockingCall> MakeBlockingCalls();

}  // namespace taskleak::capture

#endif  // TASKLEAK_TESTS_CAPTURE_BLOCKING_CALLS_H_
