// A thousand test cases that do nothing, for Catch2 3 or for GoogleTest. Built with and without
// taskleak's plugin.
#include <string>

#ifdef EMPTY_TESTS_CATCH2
#include <catch2/catch_test_macros.hpp>

namespace {

void Empty() {}

[[maybe_unused]] const bool registered = [] {
  for (int i = 0; i < 1000; ++i) REGISTER_TEST_CASE(Empty, "empty " + std::to_string(i));
  return true;
}();

}  // namespace
#else
#include <gtest/gtest.h>

namespace {

class Empty : public testing::Test {
  void TestBody() override {}
};

[[maybe_unused]] const bool registered = [] {
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "Empty" + std::to_string(i);
    testing::RegisterTest("Empty", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          []() -> testing::Test* { return new Empty; });
  }
  return true;
}();

}  // namespace
#endif
