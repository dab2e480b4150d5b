// Tests of a program that may be built without taskleak. Some leak, either by themselves or after
// other tests.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <type_traits>

#include "cli/programs/isolate_tests.h"

namespace {

using taskleak::tests::TheSettings;

TEST(Config, SetsPoolSize) { TheSettings().pool_size = 2; }
TEST(Config, SetsName) { TheSettings().name = "pool"; }
TEST(Config, SetsLevel) { TheSettings().level = 3; }
TEST(Config, TurnsOn) { TheSettings().on = true; }
TEST(Clean, Joins) {
  std::thread([] {}).join();
}
TEST(Clean, DISABLED_WouldLeak) { taskleak::tests::LeaveThread(); }
TEST(Pool, LeaksIfConfigured) { taskleak::tests::UsePool(); }
TEST(Pool, Leaks) { taskleak::tests::LeaveThread(); }
TEST(Pool, Fails) { FAIL() << "by itself"; }

class Sizes : public testing::TestWithParam<int> {};
TEST_P(Sizes, LeaksWithTwo) {
  if (GetParam() == 2) taskleak::tests::LeaveThread();
}
INSTANTIATE_TEST_SUITE_P(Small, Sizes, testing::Values(1, 2));

// A name with characters that mean something in a filter, and one that is similar.
struct LongName {
  template <typename Type>
  static std::string GetName(int /*index*/) {
    return std::is_pointer_v<Type> ? "std::vector<int*>" : "std::vector<int&>";
  }
};
template <typename>
class Typed : public testing::Test {};
using Types = testing::Types<int*, int>;
TYPED_TEST_SUITE(Typed, Types, LongName);
TYPED_TEST(Typed, DISABLED_Leaks) { taskleak::tests::LeaveThread(); }

TEST(Odd, DISABLED_Aborts) { std::abort(); }
TEST(Odd, DISABLED_Hangs) {
  for (;;) pause();
}

}  // namespace
