// What a report says of a thread that waits in a given way.
#ifndef TASKLEAK_TESTS_CORE_EXPLAIN_STATE_OF_H_
#define TASKLEAK_TESTS_CORE_EXPLAIN_STATE_OF_H_

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/verify.h"

namespace taskleak::testing {

/// What FindLeaks says of a thread that blocks in system call `number` of `block`.
inline Unit UnitOf(long number, const std::function<void()>& block,
                   const std::function<void()>& release) {
  const auto before = Snapshot::Take();
  const BlockedThread thread(block, release);
  thread.AwaitCall(number);
  const LeakReport report = Look(before);
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.id == thread.tid()) return unit;
    }
  }
  ADD_FAILURE() << "not reported";
  return {};
}

inline std::string StateOf(long number, const std::function<void()>& block,
                           const std::function<void()>& release) {
  return std::string(ToString(UnitOf(number, block, release).state));
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_CORE_EXPLAIN_STATE_OF_H_
