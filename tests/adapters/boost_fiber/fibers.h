// Threads with tracked fibers, and looks at them.
#ifndef TASKLEAK_TESTS_ADAPTERS_BOOST_FIBER_FIBERS_H_
#define TASKLEAK_TESTS_ADAPTERS_BOOST_FIBER_FIBERS_H_

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/operations.hpp>

#include "support/leaks.h"
#include "taskleak/boost_fiber.h"
#include "taskleak/snapshot.h"
#include "taskleak/verify.h"

namespace taskleak::testing {

/// Calls `body` in a new thread that tracks its fibers.
template <typename Body>
void WithFibers(Body body) {
  std::thread thread([&] {
    boost::fibers::use_scheduling_algorithm<TrackedFibers<boost::fibers::algo::round_robin>>();
    body();
  });
  thread.join();
}

/// Lets every fiber of the calling thread continue until it waits for something. A fiber must need
/// only a few steps to get there.
inline void LetAllRun() {
  for (int i = 0; i < 10; ++i) boost::this_fiber::yield();
}

/// Returns all units of a report.
inline std::vector<Unit> Units(const LeakReport& report) {
  std::vector<Unit> units;
  for (const LeakGroup& group : report.groups)
    units.insert(units.end(), group.units.begin(), group.units.end());
  return units;
}

/// Returns the functions of a stack that belong to the test itself.
inline std::vector<std::string> OwnFunctions(const Stack& stack) {
  std::vector<std::string> functions;
  for (const Frame& frame : stack) {
    if (!frame.runtime) functions.push_back(frame.function);
  }
  return functions;
}

/// True if the stack reaches the place where contexts start.
inline bool IsWhole(const Unit& unit) {
  if (!unit.stack_missing.empty() || unit.stack.empty()) return false;
  const Frame& last = unit.stack[unit.stack.size() - 1];
  return last.function == "make_fcontext" ||
         (last.function.empty() && last.module.rfind("libboost_context", 0) == 0);  // Boost 1.92
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_ADAPTERS_BOOST_FIBER_FIBERS_H_
