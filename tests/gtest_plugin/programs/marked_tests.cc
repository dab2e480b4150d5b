// VerifyNoLeaks and EXPECT_NO_LEAKS, in every form.
#include <taskleak/gtest.h>

#include <tuple>
#include <utility>

#include "support/threads.h"

namespace {

using taskleak::gtest::VerifyNoLeaks;

TEST(Unmarked, LeavesAThread) { LeaveThread("unmarked"); }

TEST(Local, Clean) {
  const VerifyNoLeaks verify;
  const Worker worker("joined");
}
TEST(Local, LeavesAThread) {
  const VerifyNoLeaks verify;
  LeaveThread("local");
}
TEST(Local, GoesOnAfterTheFailure) {
  {
    const VerifyNoLeaks verify;
    LeaveThread("local");
  }
  EXPECT_TRUE(false) << "reached";
}
TEST(Local, IgnoresWhatItsOptionsSay) {
  const VerifyNoLeaks verify({taskleak::IgnoreThreadName("loc*")});
  LeaveThread("local");
}
TEST(Local, BadOptions) {
  taskleak::Options options;
  options.suppressions = {"no such file"};
  const VerifyNoLeaks verify(options);
}

class Member : public testing::Test {
 protected:
  VerifyNoLeaks verify_;
  Worker worker_{"member"};
};
TEST_F(Member, Clean) {}
TEST_F(Member, LeavesAThread) { LeaveThread("left"); }

class Base : public testing::Test, private VerifyNoLeaks {
 protected:
  Worker worker_{"member"};
};
TEST_F(Base, Clean) {}
TEST_F(Base, LeavesAThread) { LeaveThread("left"); }

TEST(Expect, Clean) {
  EXPECT_NO_LEAKS(Worker("joined"));
  ASSERT_NO_LEAKS(Worker("joined"));
}
TEST(Expect, LeavesAThread) {
  EXPECT_NO_LEAKS(LeaveThread("expect")) << "streamed at " << __LINE__;
  EXPECT_TRUE(false) << "reached";
}
TEST(Expect, IgnoresWhatWasAliveBefore) {
  LeaveThread("before");
  EXPECT_NO_LEAKS(Worker("joined"));
}
TEST(Expect, StatementOfSeveralParts) {
  EXPECT_NO_LEAKS({
    const auto [first, second] = std::pair<int, int>(1, 2);
    std::tuple<int, int> both{first, second};
    Worker worker("joined");
    std::ignore = both;
  });
  const auto [ok, name] = std::pair<bool, const char*>(true, "joined");
  if (ok)
    EXPECT_NO_LEAKS(Worker worker(name), another(name));
  else
    ADD_FAILURE() << "the else belongs to the if before the macro";
}
TEST(Assert, LeavesAThread) {
  ASSERT_NO_LEAKS(LeaveThread("assert"));
  ADD_FAILURE() << "not reached";
}

}  // namespace
