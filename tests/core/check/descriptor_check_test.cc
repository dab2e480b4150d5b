// Descriptors from the beginning of a test to the verdict.
#include "check/descriptor_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/sanitizer.h"
#include "taskleak/options.h"

namespace taskleak::check {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

int OpenSocket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

Options Waiting(std::chrono::milliseconds drain) {
  Options options;
  options.drain = drain;
  return options;
}

// A test that runs `body` and is judged.
template <typename Body>
Outcome Judged(DescriptorCheck& check, const char* test, Body body) {
  check.Begin();
  body();
  check.EndBody();
  auto outcome = check.Judge(test);
  EXPECT_TRUE(outcome) << outcome.error().number;
  return outcome ? *std::move(outcome) : Outcome();
}

TEST(DescriptorCheck, GroupsWhatIsOfOneKind) {
  const Checker checker(Waiting(std::chrono::milliseconds(0)));
  DescriptorCheck check(checker);
  std::vector<int> open;
  const auto leave = [&open] {
    open.push_back(OpenSocket());
    open.push_back(OpenSocket());
    open.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  };
  EXPECT_THAT(Judged(check, "first", leave).groups, IsEmpty());
  const Outcome outcome = Judged(check, "second", leave);
  ASSERT_THAT(outcome.groups, SizeIs(2));
  const explain::FoundGroup& sockets = outcome.groups[0];
  EXPECT_THAT(sockets.units, SizeIs(2));
  EXPECT_EQ(sockets.first().kind, UnitKind::kDescriptor);
  EXPECT_EQ(sockets.first().state, WaitState::kOpen);
  EXPECT_EQ(sockets.first().id, open[3]);
  EXPECT_EQ(sockets.first().origin, "second");
  EXPECT_THAT(sockets.ignore,
              ElementsAre("descriptor:socket:[*]", "signature:" + sockets.signature));
  EXPECT_THAT(outcome.groups[1].ignore,
              ElementsAre("descriptor:/dev/null", "signature:" + outcome.groups[1].signature));
  EXPECT_NE(sockets.signature, outcome.groups[1].signature);
  for (const int each : open) close(each);
}

// The first look asks the rule, so what is closed then is closed while the check waits.
TEST(DescriptorCheck, WaitsForThreadsThatMayCloseThem) {
  std::atomic<bool> looked = false;
  Options options = Waiting(std::chrono::minutes(1));
  options.ignore.push_back(IgnoreIf([&looked](const Unit&) {
    looked = true;
    return false;
  }));
  const Checker checker(options);
  DescriptorCheck check(checker);
  int first = -1;
  EXPECT_THAT(Judged(check, "first", [&] { first = OpenSocket(); }).groups, IsEmpty());
  std::thread closer;
  const Outcome outcome = Judged(check, "second", [&] {
    const int late = OpenSocket();
    closer = std::thread([&looked, late] {
      while (!looked) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // so not still
      close(late);
    });
  });
  closer.join();
  EXPECT_TRUE(looked);
  EXPECT_THAT(outcome.groups, IsEmpty());
  close(first);
}

// No other thread is there that could close them.
TEST(DescriptorCheck, DoesNotWaitForNothing) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  const Checker checker(Waiting(std::chrono::hours(1)));
  DescriptorCheck check(checker);
  int first = -1;
  int second = -1;
  EXPECT_THAT(Judged(check, "first", [&] { first = OpenSocket(); }).groups, IsEmpty());
  const Outcome outcome = Judged(check, "second", [&] { second = OpenSocket(); });
  EXPECT_THAT(outcome.groups, SizeIs(1));
  EXPECT_TRUE(outcome.still);
  close(first);
  close(second);
}

TEST(DescriptorCheck, LeavesOutWhatARuleOfCodeIgnores) {
  Options options = Waiting(std::chrono::minutes(1));
  options.ignore.push_back(IgnoreDescriptor("socket:*"));
  const Checker checker(options);
  DescriptorCheck check(checker);
  std::vector<int> open;
  const auto leave = [&open] { open.push_back(OpenSocket()); };
  EXPECT_THAT(Judged(check, "first", leave).groups, IsEmpty());
  EXPECT_THAT(Judged(check, "second", leave).groups, IsEmpty());
  for (const int each : open) close(each);
}

TEST(DescriptorCheck, SaysIfDescriptorsCannotBeListed) {
  const Checker checker(Waiting(std::chrono::milliseconds(0)));
  DescriptorCheck check(checker);
  EXPECT_FALSE(check.Judge("never begun"));
}

}  // namespace
}  // namespace taskleak::check
