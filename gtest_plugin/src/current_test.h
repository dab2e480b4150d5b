// The test that GoogleTest runs now, as a scope's name and as the place of a failure.
#ifndef TASKLEAK_GTEST_PLUGIN_SRC_CURRENT_TEST_H_
#define TASKLEAK_GTEST_PLUGIN_SRC_CURRENT_TEST_H_

#include <gtest/gtest.h>

#include <string>

namespace taskleak::gtest::internal {

/// The name as GoogleTest prints it: "Suite.Name", "Instance/Suite.Name/0".
inline std::string FullName(const testing::TestInfo& test) {
  return std::string(test.test_suite_name()) + "." + test.name();
}

/// Raises a non-fatal failure at `test`'s own line; without a test, at no known place.
inline void FailAt(const testing::TestInfo* test, const std::string& text) {
  ADD_FAILURE_AT(test == nullptr ? nullptr : test->file(), test == nullptr ? -1 : test->line())
      << text;
}

}  // namespace taskleak::gtest::internal

#endif  // TASKLEAK_GTEST_PLUGIN_SRC_CURRENT_TEST_H_
