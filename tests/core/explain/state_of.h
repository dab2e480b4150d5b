// Finds out about a thread that waits in a given way.
#ifndef TASKLEAK_TESTS_CORE_EXPLAIN_STATE_OF_H_
#define TASKLEAK_TESTS_CORE_EXPLAIN_STATE_OF_H_

#include <functional>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "explain/inspect.h"
#include "explain/wait_facts.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/thread_info.h"
#include "support/parked_thread.h"

namespace taskleak::testing {

/// Returns the finding of a thread that blocks in system call `number` of `block`, without its
/// stacks.
inline explain::Finding FindingOf(long number, const std::function<void()>& block,
                                  const std::function<void()>& release) {
  const BlockedThread thread(block, release);
  thread.AwaitCall(number);
  const auto stat = platform::ReadThreadStat(thread.tid());
  const auto look = platform::LookAtThread(thread.tid(), platform::Signals::kNone);
  EXPECT_TRUE(stat && !look.gone);
  if (!stat) return {};
  explain::Inspector inspector(/*system_lines=*/false);
  explain::Finding finding =
      inspector.InspectLive({.id = {thread.tid(), stat->start_ticks}, .name = stat->name}, look);
  finding.stack = finding.created_by = finding.detached_by =
      nullptr;  // they belong to the inspector
  return finding;
}

inline std::string StateOf(long number, const std::function<void()>& block,
                           const std::function<void()>& release) {
  return std::string(ToString(FindingOf(number, block, release).unit.state));
}

/// Returns the fact about its wait, which must be a T.
template <typename T>
T WaitOf(const explain::FoundUnit& found) {
  const T* const wait = std::get_if<T>(&found.detail.wait);
  EXPECT_NE(wait, nullptr) << "alternative " << found.detail.wait.index();
  return wait == nullptr ? T() : *wait;
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_CORE_EXPLAIN_STATE_OF_H_
