// Scopes that a test opens itself: what belongs to them, and what to the scopes around them.
#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/thread_birth.h"
#include "support/leaks.h"
#include "support/servant.h"
#include "taskleak/leak_scope.h"
#include "taskleak/task.h"
#include "taskleak/test_run.h"

namespace taskleak {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::NoWait;
using testing::Servant;

const auto kClean = std::nullopt;

TEST(LeakScopeTest, ScopesInTwoThreadsDoNotSeeEachOthersLeaks) {
  Servant one("one");
  Servant two("two");
  std::optional<LeakScope> first;
  std::optional<LeakScope> second;
  std::unique_ptr<Servant> leaked;
  one.Do([&] { first.emplace(); });
  two.Do([&] { second.emplace(); });
  one.Do([&] { leaked = std::make_unique<Servant>("leaked"); });
  std::optional<std::string> of_two;
  two.Do([&] { of_two = second->Check("two", NoWait()); });
  EXPECT_EQ(of_two, kClean);
  std::optional<std::string> of_one;
  one.Do([&] { of_one = first->Check("one", NoWait()); });
  EXPECT_THAT(of_one.value_or(""), HasSubstr("\"leaked\""));
}

TEST(LeakScopeTest, AnInnerScopeTakesItsPartOutOfTheOuterOne) {
  LeakScope outer;
  Servant of_outer("of-outer");
  std::unique_ptr<Servant> of_inner;
  {
    LeakScope inner;
    of_inner = std::make_unique<Servant>("of-inner");
    EXPECT_THAT(inner.Check("inner", NoWait()).value_or(""),
                AllOf(HasSubstr("\"of-inner\""), Not(HasSubstr("\"of-outer\""))));
  }
  EXPECT_THAT(outer.Check("outer", NoWait()).value_or(""),
              AllOf(HasSubstr("\"of-outer\""), Not(HasSubstr("\"of-inner\""))));
}

TEST(LeakScopeTest, WhatAnUncheckedScopeLeavesBelongsToTheOneAroundIt) {
  LeakScope outer;
  std::unique_ptr<Servant> left;
  {
    const LeakScope unchecked;
    left = std::make_unique<Servant>("left");
  }
  EXPECT_THAT(outer.Check("outer", NoWait()).value_or(""), HasSubstr("\"left\""));
}

TEST(LeakScopeTest, HoldsWhatTheRunningTaskCreatesInIt) {
  Task job("job");
  const Task::Run running(job);
  std::optional<Task> before_it("before-it");
  LeakScope scope;
  std::optional<Task> child("child");
  EXPECT_THAT(scope.Check("scope", NoWait()).value_or(""),
              AllOf(HasSubstr("\"child\""), Not(HasSubstr("\"before-it\""))));
}

TEST(LeakScopeTest, AfterAnInnerScopeTheOuterOneGoesOn) {
  LeakScope outer;
  EXPECT_EQ(LeakScope().Check("inner", NoWait()), kClean);
  const Servant later("later");
  EXPECT_THAT(outer.Check("outer", NoWait()).value_or(""), HasSubstr("\"later\""));
}

TEST(LeakScopeTest, IsNotBlamedForWhatAScopeWithinItIsStillToCheck) {
  LeakScope outer;
  Servant of_outer("of-outer");
  std::optional<LeakScope> inner;
  std::unique_ptr<Servant> of_inner;
  of_outer.Do([&] {
    inner.emplace();
    of_inner = std::make_unique<Servant>("of-inner");
  });
  EXPECT_THAT(outer.Check("outer", NoWait()).value_or(""),
              AllOf(HasSubstr("\"of-outer\""), Not(HasSubstr("\"of-inner\""))));
  std::optional<std::string> text;
  of_outer.Do([&] { text = inner->Check("inner", NoWait()); });
  EXPECT_THAT(text.value_or(""), HasSubstr("\"of-inner\""));
}

TEST(LeakScopeTest, HoldsWhatThePieceOfATestCreatesThatBeginsInIt) {
  TestRun run(NoWait());
  run.RunStarted();
  run.TestStarted("Test");
  LeakScope scope;
  run.PieceStarted();
  const Servant of_piece("of-piece");
  EXPECT_THAT(scope.Check("scope", NoWait()).value_or(""), HasSubstr("\"of-piece\""));
  EXPECT_EQ(run.PieceEnded("Test: piece"), kClean);
  EXPECT_EQ(run.TestEnded(), kClean);
  EXPECT_EQ(run.RunEnded(), kClean);
}

TEST(LeakScopeTest, WhatAThreadOfUnknownOriginStartsIsItsIfItSeesThatFirst) {
  std::optional<Servant> unknown;
  {
    const registry::UnrecordedBirths unrecorded;
    unknown.emplace("unknown");
  }
  TestRun run(NoWait());
  run.RunStarted();
  run.TestStarted("Test");
  LeakScope scope;
  const auto grown = unknown->Start("grown");
  EXPECT_THAT(scope.Check("scope", NoWait()).value_or(""), HasSubstr("\"grown\""));
  EXPECT_EQ(run.TestEnded(), kClean);
  EXPECT_EQ(run.RunEnded(), kClean);
}

TEST(LeakScopeTest, WhatIsLeftOfItIsTheTestsIfTheTestEndsFirst) {
  TestRun run(NoWait());
  run.RunStarted();
  run.TestStarted("Test");
  Servant of_test("of-test");
  std::optional<LeakScope> scope;
  std::unique_ptr<Servant> in_scope;
  of_test.Do([&] {
    scope.emplace();
    in_scope = std::make_unique<Servant>("in-scope");
  });
  EXPECT_THAT(run.TestEnded().value_or(""),
              AllOf(HasSubstr("\"in-scope\""), HasSubstr("\"of-test\"")));
  std::optional<std::string> text;
  of_test.Do([&] { text = scope->Check("scope", NoWait()); });
  EXPECT_EQ(text, kClean);
  EXPECT_EQ(run.RunEnded(), kClean);
}

}  // namespace
}  // namespace taskleak
