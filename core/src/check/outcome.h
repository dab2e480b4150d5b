// What one check found, as values: report/describe.h puts it into words.
#ifndef TASKLEAK_SRC_CHECK_OUTCOME_H_
#define TASKLEAK_SRC_CHECK_OUTCOME_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "alive/descent.h"
#include "alive/sure_look.h"
#include "base/result.h"
#include "explain/group.h"
#include "explain/wait_graph.h"
#include "rules/suppression_round.h"

namespace taskleak::check {

/// Counts births of threads for which there was no memory to record them.
struct UnrecordedBirths {
  std::uint64_t count = 0;
};

/// Threads copied their own stacks, because the kernel does not show where they are.
struct CopiedStacks {
  int error = 0;  ///< the errno with which the kernel refused
};

/// The program allowed that units stay (AllowLeaks).
struct AllowedLeaks {
  std::string reason;
  std::size_t threads = 0;
  std::size_t tasks = 0;
  std::size_t processes = 0;
  std::size_t descriptors = 0;
};

/// Coroutines are not followed, because the program has an operator new or delete of its own.
struct ReplacedAllocator {};

/// Counts frames of coroutines for which there was no memory to follow them.
struct UnloggedFrames {
  std::uint64_t count = 0;
};

/// Coroutines of a module cannot be followed, because its symbols were not read.
struct InvisibleCoroutines {
  enum class Why : std::uint8_t {
    kNoSymbols,    ///< it has no symbols of local functions
    kOtherFile,    ///< its file cannot be read, or is not the one that was loaded
    kNoResources,  ///< there was no memory or no descriptor for that, at first or up to now
  };
  std::string module;  ///< its file's name
  Why why = Why::kNoSymbols;
};

/// A remark on a check.
using Note = std::variant<rules::SuppressionRemark, UnrecordedBirths, CopiedStacks, AllowedLeaks,
                          ReplacedAllocator, UnloggedFrames, InvisibleCoroutines, alive::Heirs>;

/// Holds what one check found.
struct Outcome {
  std::string test;  ///< what was checked; may be empty
  std::chrono::milliseconds waited{0};
  bool still = false;  ///< it was shown that waiting longer would change nothing
  std::vector<explain::FoundGroup> groups;
  std::vector<explain::FoundDeadlock> deadlocks;
  std::vector<Note> notes;
  alive::BirthMark last_look;  ///< what had been born when the groups were looked for last
  /// Why the threads cannot be listed (EXDEV: /proc is that of another pid namespace); nothing if
  /// the check worked.
  std::optional<Error> failure;

  /// Returns whether the check worked and found nothing.
  [[nodiscard]] bool empty() const { return groups.empty() && !failure; }
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_OUTCOME_H_
