// The threads and tasks that a program of the corpus leaves behind: as the table expects them, and
// as the report shows them.
#ifndef TASKLEAK_TESTS_CORPUS_FINDINGS_H_
#define TASKLEAK_TESTS_CORPUS_FINDINGS_H_

#include <ostream>
#include <string>
#include <vector>

namespace taskleak {

/// A thread or task that stays.
struct Stay {
  std::string
      state;  ///< what it waits for, after the word "task" if it is one; or "unjoined_thread"
  std::vector<std::string> functions;  ///< innermost first. Expected ones may leave out frames and
                                       ///< outer scopes
};

/// One line of the table.
struct Bug {
  std::string name;
  std::string category;
  bool body_blocks;  ///< the test itself never returns, and its thread is one of those that stay
  std::vector<Stay> stay;
  std::string deadlock;                  ///< "cycle of 2", "self of 1", "owner_ended of 1" or empty
  std::string deadlock_with_lock_hooks;  ///< the same, if only recorded readers show it
};

/// A thread or task of the report.
struct Reported {
  Stay stay;
  std::string origin;
  std::vector<std::string> created_by;
  bool has_holder = false;  ///< the report names the holder of what it waits for
};

/// The report of the one test that was run.
struct Findings {
  std::string verdict;  ///< empty if it says nothing
  std::vector<Reported> units;
  std::vector<std::string> deadlocks;
  std::string notes;
};

/// Throws std::runtime_error if the file is not what it should be.
[[nodiscard]] std::vector<Bug> ReadTable(const std::string& path);
[[nodiscard]] Findings ReadFindings(const std::string& path);

/// Returns true if `reported` is what `expected` describes.
[[nodiscard]] bool Matches(const Stay& expected, const Stay& reported);

void PrintTo(const Stay& stay, std::ostream* out);

}  // namespace taskleak

#endif  // TASKLEAK_TESTS_CORPUS_FINDINGS_H_
