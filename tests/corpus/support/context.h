// The end of a request. All threads that work for the request can wait for it.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_CONTEXT_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_CONTEXT_H_

#include <mutex>

#include "corpus/support/channel.h"

namespace corpus {

/// A context without a parent, or a child of one that is never cancelled. Thread-safe.
class Context {
 public:
  /// May be called more than once.
  void Cancel() {
    std::call_once(cancelled_, [this] { done_.Close(); });
  }
  /// Closed once it is cancelled.
  Channel<int>& done() { return done_; }

 private:
  std::once_flag cancelled_;
  Channel<int> done_;
};

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_CONTEXT_H_
