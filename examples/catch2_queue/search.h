// A search whose matches come one by one, from a thread of its own.
#ifndef TASKLEAK_EXAMPLES_CATCH2_QUEUE_SEARCH_H_
#define TASKLEAK_EXAMPLES_CATCH2_QUEUE_SEARCH_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "size_one_queue.h"

namespace search {

/// Looks for the words that begin with a prefix. Its thread is at most one match ahead of the
/// caller, so whoever does not want all matches must call Cancel(), or the thread waits for ever.
class Search {
 public:
  Search(std::vector<std::string> words, std::string prefix);

  /// The next match; nothing after the last.
  std::optional<std::string> Next();

  /// No more matches are wanted: lets the thread end.
  void Cancel();

 private:
  std::shared_ptr<SizeOneQueue<std::string>> matches_;  // shared with the thread
};

}  // namespace search

#endif  // TASKLEAK_EXAMPLES_CATCH2_QUEUE_SEARCH_H_
