// Which scope is blamed for a unit: the one that it descends from, wherever and whenever it is
// born.
#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/origin.h"
#include "registry/thread_birth.h"
#include "support/chain.h"
#include "support/leaks.h"
#include "support/servant.h"
#include "taskleak/task.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using testing::Chain;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::NoWait;
using testing::Servant;

const auto kClean = std::nullopt;

// Matches a report on units that are alive after a scope. On a slow machine it says for how long.
auto StillAlive(const std::string& units, const std::string& scope) {
  return ::testing::ContainsRegex(units + " still alive ([0-9.]+ m?s )?after " + scope);
}

/// A run with a suite, whose checks wait long where they wait at all.
class Descent : public ::testing::Test {
 protected:
  static Options Patient(std::initializer_list<IgnoreRule> rules = {}) {
    Options options(rules);
    options.drain = seconds(60);
    return options;
  }
  // What is found stays, so there is nothing to wait for.
  void Begin(const Options& options = NoWait()) {
    run_.emplace(options);
    run_->RunStarted();
    run_->SuiteStarted("Suite");
  }
  void EndClean() {
    EXPECT_EQ(run_->SuiteEnded(), kClean);
    EXPECT_EQ(run_->RunEnded(), kClean);
  }
  /// A whole test in which `body` runs.
  template <typename Body>
  std::optional<std::string> Test(const char* name, Body body) {
    run_->TestStarted(name);
    body();
    return run_->TestEnded();
  }

  std::optional<TestRun> run_;
};

TEST_F(Descent, WhatAPoolOfTheSuiteStartsInATestIsTheSuites) {
  Begin();
  Servant pool("pool");
  std::unique_ptr<Servant> grown;
  EXPECT_EQ(Test("Suite.Test", [&] { grown = pool.Start("grown"); }), kClean);
  EXPECT_EQ(Test("Suite.Next", [] {}), kClean);
  pool.End();
  const std::string text = run_->SuiteEnded().value_or("");
  EXPECT_THAT(text,
              AllOf(StillAlive("1 thread", "Suite [(]the whole suite[)]"), HasSubstr("\"grown\"")));
  EXPECT_EQ(run_->RunEnded(), kClean);
}

TEST_F(Descent, ATestDoesNotWaitForWhatAPoolOfTheSuiteStarts) {
  Begin(Patient());
  Servant pool("pool");
  std::unique_ptr<Servant> grown;
  EXPECT_EQ(Test("Suite.Test", [&] { grown = pool.Start("grown"); }), kClean);
  grown.reset();
  pool.End();
  EndClean();
}

TEST_F(Descent, WhatAThreadOfTheProcessStartsInATestIsTheRuns) {
  Servant pool("pool");
  Begin();
  std::unique_ptr<Servant> grown;
  EXPECT_EQ(Test("Suite.Test", [&] { grown = pool.Start("grown"); }), kClean);
  EXPECT_EQ(run_->SuiteEnded(), kClean);
  const std::string text = run_->RunEnded().value_or("");
  EXPECT_THAT(text, AllOf(StillAlive("1 thread", "the whole run"), HasSubstr("\"grown\""),
                          HasSubstr("created in Suite.Test (noticed after the whole run) by")));
}

TEST_F(Descent, WhatDescendsFromTheProcessInSeveralTestsIsOneLeak) {
  Servant pool("pool");
  Begin();
  std::vector<std::unique_ptr<Servant>> grown;
  for (const char* test : {"Suite.One", "Suite.Two"})
    EXPECT_EQ(Test(test, [&] { grown.push_back(pool.Start("grown")); }), kClean);
  std::optional<Task> of_grown;
  EXPECT_EQ(Test("Suite.Three", [&] { grown[0]->Do([&] { of_grown.emplace("task"); }); }), kClean);
  EXPECT_EQ(run_->SuiteEnded(), kClean);
  const std::string text = run_->RunEnded().value_or("");
  EXPECT_THAT(text, AllOf(HasSubstr("2 leaks, 2 threads and 1 task still alive"),
                          HasSubstr("    created by\n"),
                          HasSubstr("created in Suite.Three (noticed after the whole run)")));
}

TEST_F(Descent, ItGoesThroughCreatorsThatHaveEnded) {
  Begin();
  auto first = std::make_unique<Servant>("first");
  auto second = first->Start("second");
  first.reset();
  std::unique_ptr<Servant> third;
  EXPECT_EQ(Test("Suite.Test", [&] { third = second->Start("third"); }), kClean);
  second.reset();
  EXPECT_THAT(run_->SuiteEnded().value_or(""), HasSubstr("\"third\""));
  EXPECT_EQ(run_->RunEnded(), kClean);
}

TEST_F(Descent, WhatTheTestAndItsOwnThreadsStartIsTheTests) {
  Begin();
  std::unique_ptr<Servant> own;
  std::unique_ptr<Servant> grown;
  const std::string text = Test("Suite.Test", [&] {
                             own = std::make_unique<Servant>("own");
                             grown = own->Start("grown");
                           }).value_or("");
  EXPECT_THAT(text, StillAlive("2 threads", "Suite.Test"));
  EndClean();
}

TEST_F(Descent, LaterChildrenOfAReportedThreadAreBackground) {
  Begin();
  std::unique_ptr<Servant> leaked;
  std::unique_ptr<Servant> grown;
  EXPECT_NE(Test("Suite.Leaky", [&] { leaked = std::make_unique<Servant>("leaked"); }), kClean);
  EXPECT_EQ(Test("Suite.Next", [&] { grown = leaked->Start("grown"); }), kClean);
  EndClean();
}

TEST_F(Descent, LaterChildrenOfAnAdoptedPoolAreBackgroundAndAVerboseReportSaysSo) {
  Options options = NoWait();
  options.verbose = true;
  Servant pool("pool");
  AdoptCurrent();
  Begin(options);
  std::unique_ptr<Servant> grown;
  EXPECT_EQ(Test("Suite.Test", [&] { grown = pool.Start("grown"); }), kClean);
  std::unique_ptr<Servant> leaked;
  const std::string text =
      Test("Suite.Leaky", [&] { leaked = std::make_unique<Servant>("leaked"); }).value_or("");
  EXPECT_THAT(text, AllOf(HasSubstr("1 thread still alive"),
                          HasSubstr("1 thread is background, because background threads or tasks "
                                    "created it")));
  EndClean();
}

TEST_F(Descent, AdoptingDoesNotMakeWhatTheCallerStartsBackground) {
  Begin();
  std::unique_ptr<Servant> leaked;
  EXPECT_NE(Test("Suite.Test",
                 [&] {
                   Servant helper("helper");
                   helper.Do([&] {
                     AdoptCurrent();
                     leaked = std::make_unique<Servant>("leaked");
                   });
                 }),
            kClean);
  EndClean();
}

TEST_F(Descent, WhatAnIgnoredThreadOfATestThatHasEndedStartsIsTheSuites) {
  Begin([] {
    Options options = NoWait({IgnoreThreadName("ignored")});
    return options;
  }());
  std::unique_ptr<Servant> ignored;
  std::unique_ptr<Servant> grown;
  EXPECT_EQ(Test("Suite.First", [&] { ignored = std::make_unique<Servant>("ignored"); }), kClean);
  EXPECT_EQ(Test("Suite.Next", [&] { grown = ignored->Start("grown"); }), kClean);
  EXPECT_THAT(run_->SuiteEnded().value_or(""), HasSubstr("\"grown\""));
  EXPECT_EQ(run_->RunEnded(), kClean);
}

TEST_F(Descent, OfAnIgnoredAndAReportedThreadOnlyTheSecondsChildrenAreBackground) {
  Begin(NoWait({IgnoreThreadName("ignored")}));
  std::vector<std::unique_ptr<Servant>> all;
  EXPECT_NE(Test("Suite.Leaky",
                 [&] {
                   all.push_back(std::make_unique<Servant>("ignored"));
                   all.push_back(std::make_unique<Servant>("leaked"));
                 }),
            kClean);
  EXPECT_EQ(Test("Suite.Next",
                 [&] {
                   all.push_back(all[0]->Start("of-ignored"));
                   all.push_back(all[1]->Start("of-leaked"));
                 }),
            kClean);
  EXPECT_THAT(run_->SuiteEnded().value_or(""),
              AllOf(HasSubstr("\"of-ignored\""), Not(HasSubstr("\"of-leaked\""))));
  EXPECT_EQ(run_->RunEnded(), kClean);
}

TEST_F(Descent, AChainOfSuccessorsIsReportedOnce) {
  Begin();
  std::unique_ptr<Chain> chain;
  EXPECT_NE(Test("Suite.Leaky", [&] { chain = std::make_unique<Chain>(); }), kClean);
  EXPECT_EQ(Test("Suite.Next", [] {}), kClean);
  EndClean();
}

TEST_F(Descent, AThreadOfUnknownOriginIsJudgedWhereItIsFirstSeen) {
  Begin();
  Servant pool("pool");
  std::unique_ptr<Servant> grown;
  EXPECT_NE(Test("Suite.Test",
                 [&] {
                   pool.Do([&] {
                     const registry::UnrecordedBirths unrecorded;
                     grown = std::make_unique<Servant>("grown");
                   });
                 }),
            kClean);
  pool.End();
  EndClean();
}

TEST_F(Descent, LaterChildrenOfAReportedThreadAreBackgroundThoughItsOriginIsAGuess) {
  std::optional<Servant> unknown;
  {
    const registry::UnrecordedBirths unrecorded;
    unknown.emplace("unknown");
  }
  Begin();
  std::unique_ptr<Servant> leaked;
  std::unique_ptr<Servant> grown;
  EXPECT_NE(Test("Suite.Leaky", [&] { leaked = unknown->Start("leaked"); }), kClean);
  EXPECT_EQ(Test("Suite.Next", [&] { grown = leaked->Start("grown"); }), kClean);
  EndClean();
}

// Does its work when its thread ends.
struct AtThreadEnd {
  ~AtThreadEnd() {
    if (work) work();
  }
  std::function<void()> work;
};
thread_local AtThreadEnd t_at_end;

TEST_F(Descent, WhatTheDestructorsOfAThreadsObjectsStartDescendsFromTheThread) {
  Begin();
  Servant pool("pool");
  std::unique_ptr<Servant> grown;
  pool.Do([&] { t_at_end.work = [&grown] { grown = std::make_unique<Servant>("grown"); }; });
  EXPECT_EQ(Test("Suite.Test", [&] { pool.End(); }), kClean);
  EXPECT_THAT(run_->SuiteEnded().value_or(""), HasSubstr("\"grown\""));
  EXPECT_EQ(run_->RunEnded(), kClean);
}

TEST_F(Descent, ATaskBelongsToTheScopeOfTheThreadThatCreatesIt) {
  Begin();
  Servant pool("pool");
  std::optional<Task> of_the_pool;
  EXPECT_EQ(Test("Suite.Test", [&] { pool.Do([&] { of_the_pool.emplace("of-the-pool"); }); }),
            kClean);
  pool.End();
  EXPECT_THAT(run_->SuiteEnded().value_or(""), HasSubstr("\"of-the-pool\""));
  EXPECT_EQ(run_->RunEnded(), kClean);
}

TEST_F(Descent, WhatAPoolStartsForATasksSakeBelongsToTheTask) {
  Begin();
  Servant pool("pool");
  std::unique_ptr<Servant> helper;
  std::optional<Task> child;
  const std::string text = Test("Suite.Test", [&] {
                             Task job("job");
                             pool.Do([&] {
                               const Task::Run running(job);
                               helper = std::make_unique<Servant>("helper");
                               child.emplace("child");
                             });
                           }).value_or("");
  EXPECT_THAT(text, AllOf(HasSubstr("\"helper\""), HasSubstr("\"child\"")));
  pool.End();
  EndClean();
}

TEST_F(Descent, LaterChildrenOfAReportedTaskAreBackground) {
  Begin();
  std::optional<Task> leaked;
  std::optional<Task> child;
  std::unique_ptr<Servant> thread;
  EXPECT_NE(Test("Suite.Leaky", [&] { leaked.emplace("leaked"); }), kClean);
  EXPECT_EQ(Test("Suite.Next",
                 [&] {
                   Servant worker("worker");
                   worker.Do([&] {
                     const Task::Run running(*leaked);
                     child.emplace("child");
                     thread = std::make_unique<Servant>("thread");
                   });
                 }),
            kClean);
  EndClean();
}

TEST_F(Descent, ATestThatIsRepeatedIsAnotherScope) {
  Begin();
  std::unique_ptr<Servant> leaked;
  for (int round = 0; round < 2; ++round)
    EXPECT_NE(Test("Suite.Test", [&] { leaked = std::make_unique<Servant>("leaked"); }), kClean);
  EndClean();
}

TEST_F(Descent, ScopesThatNothingDescendsFromAreForgotten) {
  Begin();
  registry::Origin first = 0;
  EXPECT_EQ(Test("Suite.Clean", [&first] { first = registry::OwnScope(); }), kClean);
  registry::Origin highest = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto body = [&highest] {
      std::thread([] {}).join();
      highest = std::max(highest, registry::OwnScope());
    };
    ASSERT_EQ(Test("Suite.WithAThread", body), kClean);
  }
  EXPECT_LT(highest, first + 2500) << "the numbers of forgotten scopes are used again";
  EndClean();
}

TEST_F(Descent, AScopeThatAThreadDescendsFromIsNotForgotten) {
  Begin(NoWait({IgnoreThreadName("ignored")}));
  registry::Origin first = 0;
  std::unique_ptr<Servant> ignored;
  EXPECT_EQ(Test("Suite.First",
                 [&] {
                   first = registry::OwnScope();
                   ignored = std::make_unique<Servant>("ignored");
                 }),
            kClean);
  for (int i = 0; i < 2500; ++i) {
    const auto body = [first] {
      std::thread([] {}).join();
      ASSERT_NE(registry::OwnScope(), first);
    };
    ASSERT_EQ(Test("Suite.WithAThread", body), kClean);
  }
  EndClean();
}

}  // namespace
}  // namespace taskleak
