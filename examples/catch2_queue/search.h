// A search in a thread of its own that returns its matches one by one.
#ifndef TASKLEAK_EXAMPLES_CATCH2_QUEUE_SEARCH_H_
#define TASKLEAK_EXAMPLES_CATCH2_QUEUE_SEARCH_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "size_one_queue.h"

namespace search {

/// Looks for the words that begin with a prefix. Its thread is at most one match ahead of the
/// caller. If the caller does not take all matches, it must call Cancel(), or the thread waits for
/// ever.
class Search {
 public:
  Search(std::vector<std::string> words, std::string prefix);

  /// Returns the next match, or nothing after the last one.
  std::optional<std::string> Next();

  /// Ends the thread when no more matches are needed.
  void Cancel();

 private:
  std::shared_ptr<SizeOneQueue<std::string>> matches_;  // shared with the thread
};

}  // namespace search

#endif  // TASKLEAK_EXAMPLES_CATCH2_QUEUE_SEARCH_H_
