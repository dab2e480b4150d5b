// Returns the units that are left, without a wait.
#ifndef TASKLEAK_TESTS_SUPPORT_LEAKS_H_
#define TASKLEAK_TESTS_SUPPORT_LEAKS_H_

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "symbolize/function_name.h"
#include "taskleak/verify.h"

namespace taskleak::testing {

/// Returns options for a report without a wait.
inline Options NoWait(std::initializer_list<IgnoreRule> rules = {}) {
  Options options(rules);
  options.drain = std::chrono::milliseconds(0);
  return options;
}

/// Returns the units that are new since `before`.
inline LeakReport Look(const Snapshot& before) { return FindLeaks(before, NoWait()); }

/// Returns the only unit, or the only one of that name. Returns a unit without a name if there is
/// none.
inline Unit OnlyLeak(const Snapshot& before, const std::optional<std::string>& name = {}) {
  const LeakReport report = Look(before);
  std::vector<Unit> found;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (!name || unit.name == *name) found.push_back(unit);
    }
  }
  EXPECT_EQ(found.size(), 1U) << report.ToText();
  return found.empty() ? Unit() : found[0];
}

/// Returns the unit of a thread. Returns a unit without a name if it is not reported.
inline Unit UnitOf(const LeakReport& report, int tid) {
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.id == tid) return unit;
    }
  }
  ADD_FAILURE() << "thread " << tid << " is not reported";
  return {};
}

/// Returns the functions of a stack without their parameters, innermost first.
inline std::vector<std::string> Functions(const Stack& stack) {
  std::vector<std::string> functions;
  for (const Frame& frame : stack) functions.push_back(symbolize::PlainName(frame.function));
  return functions;
}

/// Returns the name of a function in the unnamed namespace of a test in taskleak.
inline std::string Own(const std::string& function) {
  return "taskleak::(anonymous namespace)::" + function;
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_LEAKS_H_
