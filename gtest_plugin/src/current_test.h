// The test that GoogleTest runs now: its name for a scope, and its place for a failure.
#ifndef TASKLEAK_GTEST_PLUGIN_SRC_CURRENT_TEST_H_
#define TASKLEAK_GTEST_PLUGIN_SRC_CURRENT_TEST_H_

#include <gtest/gtest.h>

#include <string>

namespace taskleak::gtest::internal {

/// Returns the name in GoogleTest's form: "Suite.Name", "Instance/Suite.Name/0".
inline std::string FullName(const testing::TestInfo& test) {
  return std::string(test.test_suite_name()) + "." + test.name();
}

/// Raises a non-fatal failure at `test`'s own line. Without a test, it has no place.
inline void FailAt(const testing::TestInfo* test, const std::string& text) {
  ADD_FAILURE_AT(test == nullptr ? nullptr : test->file(), test == nullptr ? -1 : test->line())
      << text;
}

}  // namespace taskleak::gtest::internal

#endif  // TASKLEAK_GTEST_PLUGIN_SRC_CURRENT_TEST_H_
