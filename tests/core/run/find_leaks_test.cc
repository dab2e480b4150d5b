// The results of FindLeaks: a verdict, notes, and errors for options without effect.
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstdlib>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/ignore.h"
#include "taskleak/internal/code_options.h"
#include "taskleak/leak_scope.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using ::testing::AllOf;
using testing::BlockedThread;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::NoWait;
using testing::ParkedThread;

TEST(AllowLeaksTest, AdoptsWhatIsBornInItAndNothingElse) {
  const auto before = Snapshot::Take();
  const ParkedThread outside;
  std::unique_ptr<ParkedThread> inside;
  {
    const AllowLeaks allow("the test says so");
    inside = std::make_unique<ParkedThread>();
  }
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_EQ(report.groups[0].first().id, outside.tid());
  EXPECT_THAT(report.notes, ElementsAre("AllowLeaks adopted 1 thread: the test says so"));
  EXPECT_THAT(FindLeaks(before, NoWait()).notes, IsEmpty());  // only the next report has it
}

TEST(AllowLeaksTest, ScopesThatNestNoteEachThreadOnce) {
  const ParkedThread first;  // with which a sanitizer's own thread begins
  const auto before = Snapshot::Take();
  std::vector<std::unique_ptr<ParkedThread>> inside;
  {
    const AllowLeaks outer("outer");
    inside.push_back(std::make_unique<ParkedThread>());
    {
      const AllowLeaks inner("inner");
      inside.push_back(std::make_unique<ParkedThread>());
      inside.push_back(std::make_unique<ParkedThread>());
    }
    const AllowLeaks nothing("nothing");
  }
  EXPECT_THAT(FindLeaks(before, NoWait()).notes, ElementsAre("AllowLeaks adopted 2 threads: inner",
                                                             "AllowLeaks adopted 1 thread: outer"));
}

TEST(FindLeaksTest, ItsVerdictSaysWhatItCameTo) {
  const auto before = Snapshot::Take();
  EXPECT_EQ(FindLeaks(before, NoWait()).verdict, Verdict::kClean);
  const ParkedThread leaked;
  EXPECT_EQ(FindLeaks(before, NoWait()).verdict, Verdict::kLeak);
}

TEST(FindLeaksTest, APredicateThatThrowsIsALookThatFailed) {
  const auto before = Snapshot::Take();
  const ParkedThread leaked;
  Options options = NoWait(
      {IgnoreIf([](const Unit&) -> bool { throw std::runtime_error("thrown by the predicate"); })});
  const LeakReport report = FindLeaks(before, options);
  EXPECT_EQ(report.verdict, Verdict::kCouldNotLook);
  EXPECT_THAT(report.could_not_look, HasSubstr("thrown by the predicate"));
  EXPECT_THAT(CheckScopeSince(before, "A.A", options).value_or(""),
              AllOf(HasSubstr("after A.A"), HasSubstr("thrown by the predicate")));
}

TEST(FindLeaksTest, ANameThatWouldBeARegularExpressionIsProposedInNoRule) {
  const auto before = Snapshot::Take();
  std::latch latch(1);
  const BlockedThread leaked(
      [&latch] {
        prctl(PR_SET_NAME, "re:[");
        latch.wait();
      },
      [&latch] { latch.count_down(); });
  leaked.AwaitCall(SYS_futex);
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.verdict, Verdict::kLeak) << report.ToText();
  for (const std::string& line : report.groups[0].ignore)
    EXPECT_NO_THROW(static_cast<void>(IgnoreRule::Parse(line))) << line;
  EXPECT_THAT(report.groups[0].ignore, Not(Contains(HasSubstr("re:["))));
}

// The text of the error; "accepted" without one.
template <typename Call>
std::string RefusalOf(const char* option, Call call) {
  Options options = NoWait();
  options.Apply(option);
  try {
    call(options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

constexpr std::array kOnlyOfARun = {"check=marked", "hang_timeout=1s", "descriptors=warn",
                                    "stale=warn",   "task_stacks=off", "coroutines=scan",
                                    "lock_hooks=1"};
constexpr std::array kOfEachLook = {"on_leak=off", "drain=1ms",       "drain_max=1ms",
                                    "stillness=0", "processes=0",     "hooks=0",
                                    "verbose=1",   "report_known=all"};

TEST(FindLeaksTest, RefusesOptionsThatItDoesNotUse) {
  const auto before = Snapshot::Take();
  const auto refusal = [&before](const char* option) {
    return RefusalOf(
        option, [&](const Options& options) { static_cast<void>(FindLeaks(before, options)); });
  };
  EXPECT_THAT(refusal("json=leaks.json,color=always"),
              AllOf(HasSubstr("no effect on FindLeaks, which only returns a report: json, color;"),
                    HasSubstr("it accepts drain")));
  for (const char* const option : {"on_leak=warn", "json=a", "color=never"})
    EXPECT_THAT(refusal(option), HasSubstr("have no effect")) << option;
  for (const char* const option : kOnlyOfARun)
    EXPECT_THAT(refusal(option), HasSubstr("have no effect")) << option;
  for (const char* const option : kOfEachLook) EXPECT_EQ(refusal(option), "accepted") << option;
}

TEST(FindLeaksTest, AcceptsWhatTheEnvironmentSaysToAllCalls) {
  setenv("TASKLEAK_OPTIONS", "drain=0:hang_timeout=1s:json=/dev/null", 1);
  const auto before = Snapshot::Take();
  EXPECT_TRUE(FindLeaks(before, Options::FromEnvironment()).empty());
  LeakScope scope;
  EXPECT_EQ(scope.Check("scope", Options::FromEnvironment()), std::nullopt);
  unsetenv("TASKLEAK_OPTIONS");
}

TEST(FindLeaksTest, ChecksOfOneScopeRefuseWhatOnlyAWholeRunUses) {
  const auto before = Snapshot::Take();
  const auto refusal = [&before](const char* option) {
    return RefusalOf(option, [&](const Options& options) {
      static_cast<void>(CheckScopeSince(before, "scope", options));
    });
  };
  const auto refusal_of_scope = [](const char* option) {
    LeakScope scope;
    return RefusalOf(option, [&scope](const Options& options) {
      static_cast<void>(scope.Check("scope", options));
    });
  };
  for (const char* const option : kOnlyOfARun) {
    EXPECT_THAT(refusal(option), HasSubstr("no effect on the check of one scope: ")) << option;
    EXPECT_THAT(refusal_of_scope(option), HasSubstr("no effect on")) << option;
    Options of_run = NoWait();
    of_run.Apply(option);
    EXPECT_EQ(LeakScope().Check("scope", internal::OptionsOfScope(of_run)), std::nullopt);
  }
  for (const char* const option : kOfEachLook) EXPECT_EQ(refusal(option), "accepted") << option;
  EXPECT_EQ(refusal("on_leak=warn"), "accepted");
}

}  // namespace
}  // namespace taskleak
