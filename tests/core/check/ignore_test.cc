// Every ignore rule against real leaked threads: it silences a thread that it matches, and no
// other.
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/verify.h"

// Stands for the function of c-ares, one of the known background threads.
extern "C" void* ares_event_thread(void* latch);
[[gnu::noinline]] void* ares_event_thread(void* latch) {
  static_cast<std::latch*>(latch)->wait();
  asm volatile("");  // keeps this from being a tail call
  return nullptr;
}

namespace taskleak {
namespace {

using std::chrono::milliseconds;
using testing::BlockedThread;
using testing::NoWait;

[[gnu::noinline]] void InnerPark(std::latch& latch) {
  latch.wait();
  asm volatile("");  // keeps this from being a tail call
}
[[gnu::noinline]] void OuterPark(std::latch& latch) {
  InnerPark(latch);
  asm volatile("");
}

class IgnoreTest : public ::testing::Test {
 protected:
  IgnoreTest() { leaked_.AwaitCall(SYS_futex); }

  // Returns the number of threads that are still reported with this rule.
  [[nodiscard]] std::size_t LeftWith(const IgnoreRule& rule) const {
    return FindLeaks(before_, NoWait({rule})).unit_count();
  }

  const Snapshot before_ = Snapshot::Take();
  std::latch latch_{1};
  BlockedThread leaked_{[this] {
                          prctl(PR_SET_NAME, "parked-7");
                          OuterPark(latch_);
                        },
                        [this] { latch_.count_down(); }};
};

TEST_F(IgnoreTest, ByThreadName) {
  EXPECT_EQ(LeftWith(IgnoreThreadName("parked-*")), 0U);
  EXPECT_EQ(LeftWith(IgnoreThreadName("re:^parked-[0-9]$")), 0U);
  EXPECT_EQ(LeftWith(IgnoreThreadName("parked")), 1U);
}

TEST_F(IgnoreTest, ByTopFunction) {
  EXPECT_EQ(LeftWith(IgnoreTopFunction("*::InnerPark")), 0U);
  EXPECT_EQ(LeftWith(IgnoreTopFunction("*::OuterPark")), 1U);
}

TEST_F(IgnoreTest, ByAnyFunction) {
  EXPECT_EQ(LeftWith(IgnoreAnyFunction("taskleak::(anonymous namespace)::OuterPark")), 0U);
  EXPECT_EQ(LeftWith(IgnoreAnyFunction("*OuterPark(std::latch&)")), 0U);
  EXPECT_EQ(LeftWith(IgnoreAnyFunction("OuterPark")), 1U);
}

TEST(IgnoreKnownTest, AKnownThreadIsNotWaitedForUnlessAskedFor) {
  const auto before = Snapshot::Take();
  std::latch latch(1);
  pthread_t known{};
  ASSERT_EQ(pthread_create(&known, nullptr, &ares_event_thread, &latch), 0);
  Options options;
  options.drain = milliseconds(600'000);
  EXPECT_TRUE(FindLeaks(before, options).empty());
  options.drain = milliseconds(0);
  options.drain_max = milliseconds(0);
  options.report_known = {"grpc"};
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 0U);
  options.report_known = {"c-ares"};
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
  latch.count_down();
  pthread_join(known, nullptr);
}

__attribute__((noinline)) void CallsAKnownFunction(std::latch* latch) {
  ares_event_thread(latch);
  asm volatile("");  // so that the call is not a tail call
}

// It runs the program's code as well.
TEST(IgnoreKnownTest, AThreadThatCallsAKnownFunctionIsNotKnown) {
  const auto before = Snapshot::Take();
  std::latch latch(1);
  const BlockedThread caller([&] { CallsAKnownFunction(&latch); }, [&] { latch.count_down(); });
  caller.AwaitCall(SYS_futex);
  Options options;
  options.drain = milliseconds(0);
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
}

TEST_F(IgnoreTest, ByCreatorNeverWhenTheCreatorIsUnknown) {
  EXPECT_EQ(LeftWith(IgnoreCreatedBy("*")), 1U);
}

TEST_F(IgnoreTest, ByModule) {
  const std::string own = std::filesystem::read_symlink("/proc/self/exe").filename();
  EXPECT_EQ(LeftWith(IgnoreModule(own)), 0U);
  EXPECT_EQ(LeftWith(IgnoreModule("libgomp.so*")), 1U);
}

TEST_F(IgnoreTest, BySignature) {
  Options options = NoWait();
  const std::string signature = FindLeaks(before_, options).groups.at(0).signature;
  EXPECT_EQ(LeftWith(IgnoreSignature(signature)), 0U);
  EXPECT_EQ(LeftWith(IgnoreSignature("000000000000")), 1U);
}

TEST_F(IgnoreTest, ByBeingAliveBefore) {
  const IgnoreRule current = IgnoreCurrent();
  EXPECT_EQ(LeftWith(current), 0U);
  const testing::ParkedThread later;
  EXPECT_EQ(LeftWith(current), 1U);
}

TEST_F(IgnoreTest, ByPredicateOnTheCompleteUnit) {
  EXPECT_EQ(LeftWith(IgnoreIf(
                [](const Unit& unit) { return unit.name == "parked-7" && !unit.stack.empty(); })),
            0U);
  EXPECT_EQ(LeftWith(IgnoreIf([](const Unit&) { return false; })), 1U);
}

TEST_F(IgnoreTest, ByASuppressionFile) {
  const std::string path = ::testing::TempDir() + "ignore_test_suppressions";
  std::ofstream(path) << "thread_name:parked-*\n";
  Options options = NoWait();
  options.suppressions = {path};
  EXPECT_TRUE(FindLeaks(before_, options).empty());
  std::filesystem::remove(path);
}

TEST_F(IgnoreTest, EveryIgnoreLineOfTheReportSilencesTheGroup) {
  Options options = NoWait();
  const LeakReport report = FindLeaks(before_, options);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].ignore.size(), 3U);
  for (const std::string& line : report.groups[0].ignore)
    EXPECT_EQ(LeftWith(IgnoreRule::Parse(line)), 0U) << line;
}

TEST_F(IgnoreTest, WhatRulesOnStacksIgnoreIsNotWaitedFor) {
  for (const IgnoreRule& rule :
       {IgnoreAnyFunction("*::OuterPark"), IgnoreTopFunction("*::InnerPark")}) {
    Options options{rule};
    options.drain = milliseconds(60'000);  // the test's own time limit is far shorter
    EXPECT_TRUE(FindLeaks(before_, options).empty());
  }
}

}  // namespace
}  // namespace taskleak
