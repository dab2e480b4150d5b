// Tests that leave threads behind, and some that do not. The driver selects them with
// --gtest_filter.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/threads.h"
#include "taskleak/verify.h"

namespace {

TEST(Clean, DoesNothing) {}
TEST(Clean, JoinsItsThread) { const Worker worker("joined"); }

TEST(Leaky, LeavesAThread) { LeaveThread("left"); }
TEST(Leaky, FailsAndLeavesAThread) {
  LeaveThread("left");
  EXPECT_TRUE(false) << "its own failure";
}
TEST(Leaky, SkipsAndLeavesAThread) {
  LeaveThread("left");
  GTEST_SKIP() << "not today";
}
TEST(Leaky, ThrowsAndLeavesAThread) {
  LeaveThread("left");
  throw std::runtime_error("its own exception");
}
TEST(Leaky, DISABLED_LeavesAThread) { LeaveThread("left"); }

TEST(Excused, Allowed) {
  const taskleak::AllowLeaks allow("kept for the process");
  LeaveThread("allowed");
}
TEST(Excused, Adopted) {
  LeaveThread("adopted");
  taskleak::AdoptCurrent();
}

// A failure raised by a thread other than the test's.
TEST(Foreign, FailureInAnotherThread) {
  std::thread([] { EXPECT_TRUE(false) << "from another thread"; }).join();
}

class LeakyConstructor : public testing::Test {
 protected:
  LeakyConstructor() { LeaveThread("constructor"); }
};
TEST_F(LeakyConstructor, Test) {}

class StopsInDestructor : public testing::Test {
 protected:
  Worker worker_{"member"};
};
TEST_F(StopsInDestructor, Test) {}

class StopsInTearDown : public testing::Test {
 protected:
  void SetUp() override { worker_ = std::make_unique<Worker>("set-up"); }
  void TearDown() override { worker_.reset(); }
  std::unique_ptr<Worker> worker_;
};
TEST_F(StopsInTearDown, Test) {}

class CleanSuite : public testing::Test {
 protected:
  static void SetUpTestSuite() { worker_ = std::make_unique<Worker>("suite"); }
  static void TearDownTestSuite() { worker_.reset(); }
  static inline std::unique_ptr<Worker> worker_;
};
TEST_F(CleanSuite, First) {}
TEST_F(CleanSuite, Second) {}

class LeakySuite : public testing::Test {
 protected:
  static void SetUpTestSuite() { LeaveThread("suite-left"); }
};
TEST_F(LeakySuite, First) {}
TEST_F(LeakySuite, Second) {}

class Numbers : public testing::TestWithParam<int> {};
TEST_P(Numbers, LeaveAThreadAtTwo) {
  if (GetParam() == 2) LeaveThread("two");
}
INSTANTIATE_TEST_SUITE_P(Few, Numbers, testing::Values(1, 2, 3));

template <typename T>
class Typed : public testing::Test {};
using Types = testing::Types<int, char>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, CharLeavesAThread) {
  if (sizeof(TypeParam) == 1) LeaveThread("char");
}

/// Does what the driver asks for in ENVIRONMENT: nothing, a thread that is stopped, or a thread
/// that is left behind.
class Environment : public testing::Environment {
 public:
  void SetUp() override {
    const char* asked = std::getenv("ENVIRONMENT");
    if (asked == nullptr) return;
    if (std::string(asked) == "clean") worker_ = std::make_unique<Worker>("environment");
    if (std::string(asked) == "leaky") LeaveThread("environment");
  }
  void TearDown() override { worker_.reset(); }

 private:
  std::unique_ptr<Worker> worker_;
};
[[maybe_unused]] const auto* const environment = testing::AddGlobalTestEnvironment(new Environment);

/// A typical listener: it starts a thread at the start of a test and stops it at the end.
class Tracer : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override {
    if (std::getenv("TRACER") != nullptr) worker_ = std::make_unique<Worker>("tracer");
  }
  void OnTestEnd(const testing::TestInfo&) override { worker_.reset(); }
  std::unique_ptr<Worker> worker_;
};
[[maybe_unused]] const bool traced = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new Tracer);
  return true;
}();

}  // namespace
