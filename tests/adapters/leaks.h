// What is left, at once.
#ifndef TASKLEAK_TESTS_ADAPTERS_LEAKS_H_
#define TASKLEAK_TESTS_ADAPTERS_LEAKS_H_

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "taskleak/verify.h"

namespace taskleak::testing {

inline LeakReport Look(const Snapshot& before) {
  Options options;
  options.drain = std::chrono::milliseconds(0);
  return FindLeaks(before, options);
}

/// The only unit of that name; one without a name if there is none.
inline Unit OnlyLeak(const Snapshot& before, const std::string& name) {
  const LeakReport report = Look(before);
  std::vector<Unit> found;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.name == name) found.push_back(unit);
    }
  }
  EXPECT_EQ(found.size(), 1U) << report.ToText();
  return found.empty() ? Unit() : found[0];
}

inline std::vector<std::string> Functions(const Stack& stack) {
  std::vector<std::string> functions;
  for (const Frame& frame : stack) functions.push_back(frame.function);
  return functions;
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_ADAPTERS_LEAKS_H_
