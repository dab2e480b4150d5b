// Looks while something fails. The result is the leak, or a failure that says why the look was not
// possible. It is never a pass, a wrong leak, a crash or a program that hangs (RunProgram kills
// that).
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "environment/leak.h"
#include "support/run_program.h"
#include "support/sanitizer.h"

namespace taskleak::environment {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr bool kSanitized = kUnderAsan || kUnderTsan;
constexpr const char* kNeedsDescriptors =
    "clang's UndefinedBehaviorSanitizer opens a pipe to read the type of an object";

Outcome Launch(const std::string& program, const std::vector<std::string>& arguments) {
  return RunProgram(program, arguments, {{"ASAN_OPTIONS", "detect_leaks=0"}});
}

Outcome RunWith(const std::vector<std::string>& arguments) {
  return Launch(ENVIRONMENT_FAULTS, arguments);
}

void ExpectTheLeak(const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_code, kFound) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("StayHere(")) << outcome.err;
}

void ExpectNobodyCouldLook(const Outcome& outcome, const std::string& why) {
  EXPECT_EQ(outcome.exit_code, kCouldNotLook) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("could not look for leaks: ")) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(why)) << outcome.err;
}

void ExpectTheLeakOrNoMemory(const Outcome& outcome) {
  EXPECT_THAT(outcome.exit_code, AnyOf(kFound, kCouldNotLook)) << outcome.out << outcome.err;
}

// Runs the program in the surroundings that `launcher` makes, if it is allowed to make them.
class SurroundingsTest : public ::testing::Test {
 protected:
  static bool Permitted(const std::vector<std::string>& launcher) {
    std::vector<std::string> arguments(launcher.begin() + 1, launcher.end());
    arguments.emplace_back("true");
    return RunProgram(launcher[0], arguments).exit_code == 0;
  }
  static Outcome RunIn(const std::vector<std::string>& launcher,
                       const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> all(launcher.begin() + 1, launcher.end());
    all.emplace_back(ENVIRONMENT_FAULTS);
    all.insert(all.end(), arguments.begin(), arguments.end());
    return Launch(launcher[0], all);
  }
};

#define SKIP_UNLESS_PERMITTED(...)                         \
  const std::vector<std::string> launcher = {__VA_ARGS__}; \
  if (!Permitted(launcher))                                \
  GTEST_SKIP() << "not permitted here: " << launcher[0] << ' ' << launcher[1]

TEST(FaultsTest, WithoutDescriptorsNobodyCanLookAndWithThemTheLeakIsFoundAgain) {
  if (kUnderAsan) GTEST_SKIP() << kNeedsDescriptors;
  const Outcome outcome = RunWith({"descriptors"});
  ExpectTheLeak(outcome);
  EXPECT_THAT(outcome.out, HasSubstr("could not look for leaks: "));
  EXPECT_THAT(outcome.out, HasSubstr("Too many open files"));
}

TEST(FaultsTest, WithoutDescriptorsFromTheStartNobodyCanLook) {
  if (kUnderAsan) GTEST_SKIP() << kNeedsDescriptors;
  ExpectNobodyCouldLook(RunWith({"no-descriptors-from-the-start"}), "Too many open files");
}

TEST(FaultsTest, WithoutDescriptorsAKnownLeakHasNotEnded) {
  if (kUnderAsan) GTEST_SKIP() << kNeedsDescriptors;
  ExpectNobodyCouldLook(RunWith({"no-descriptors-after-a-look"}), "Too many open files");
}

TEST(FaultsTest, OneDescriptorIsEnoughForALeakWithItsStack) {
  if (kUnderAsan) GTEST_SKIP() << kNeedsDescriptors;
  ExpectTheLeak(RunWith({"one-descriptor"}));
}

TEST(FaultsTest, EachOpenOfALookFails) {
  const Outcome outcome = RunWith({"each-open"});
  ExpectTheLeak(outcome);
  EXPECT_THAT(outcome.out, Not(HasSubstr("\n0 opens failed"))) << outcome.err;
}

TEST(FaultsTest, SignalsThatInterruptTheLookAllTheTime) { ExpectTheLeak(RunWith({"signals"})); }

TEST(FaultsTest, SignalsThatInterruptTheLeakedThreadAllTheTime) {
  ExpectTheLeak(RunWith({"signals-there"}));
}

// Memory

TEST(FaultsTest, EachAllocationOfALookFails) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator does not fail";
  ExpectTheLeak(RunWith({"each-allocation"}));
}

TEST(FaultsTest, EachAllocationOfATestsEndFails) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator does not fail";
  ExpectTheLeak(RunWith({"each-allocation-of-a-check"}));
}

TEST(FaultsTest, EachAllocationOfTheEndOfAllowLeaksFails) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator does not fail";
  ExpectTheLeak(RunWith({"each-allocation-of-allow-leaks"}));
}

TEST(FaultsTest, EachAllocationOfAFunctionsNameFails) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator does not fail";
  const Outcome outcome = RunWith({"each-allocation-of-a-name"});
  EXPECT_EQ(outcome.exit_code, kFound) << outcome.out << outcome.err;
}

TEST(FaultsTest, ASnapshotWithoutMemoryBlamesNobody) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator does not fail";
  const Outcome outcome = RunWith({"memory-for-snapshots"});
  EXPECT_EQ(outcome.exit_code, kFound) << outcome.out << outcome.err;
}

TEST(FaultsTest, TheFirstLookRunsOutOfMemory) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator does not fail";
  for (const char* succeeding : {"0", "1", "3", "10", "30", "100", "300", "1000", "3000"}) {
    SCOPED_TRACE(succeeding);
    ExpectTheLeakOrNoMemory(RunWith({"memory", succeeding}));
  }
}

TEST(FaultsTest, LittleAddressSpace) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more";
  for (const char* kib : {"0", "128", "512", "2048", "8192", "32768"}) {
    SCOPED_TRACE(kib);
    ExpectTheLeakOrNoMemory(RunWith({"address-space", kib}));
  }
}

// /proc

TEST_F(SurroundingsTest, ProcHidden) {
  SKIP_UNLESS_PERMITTED("unshare", "-rm", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"",
                        "sh");
  ExpectNobodyCouldLook(RunIn(launcher), "No such file or directory");
}

TEST_F(SurroundingsTest, ProcHiddenBetweenTheTwoLooks) {
  SKIP_UNLESS_PERMITTED("unshare", "-rm");
  ExpectNobodyCouldLook(RunIn(launcher, {"proc-hidden"}), "No such file or directory");
}

TEST_F(SurroundingsTest, APidNamespaceOfItsOwn) {
  SKIP_UNLESS_PERMITTED("unshare", "-Urpf", "--mount-proc");
  ExpectTheLeak(RunIn(launcher));
}

TEST_F(SurroundingsTest, APidNamespaceWithTheProcOfAnother) {
  SKIP_UNLESS_PERMITTED("unshare", "-Urpf");
  ExpectNobodyCouldLook(RunIn(launcher), "/proc is that of another pid namespace");
}

TEST_F(SurroundingsTest, WithoutRootAndWithHidepid) {
  SKIP_UNLESS_PERMITTED("unshare", "-pfm", "sh", "-c",
                        R"(mount -t proc -o hidepid=invisible proc /proc &&
                           exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@")",
                        "sh");
  if (RunIn(launcher, {"--unknown"}).exit_code == 126)
    GTEST_SKIP() << "others may not run the program";
  ExpectTheLeak(RunIn(launcher));
}

// Time

TEST_F(SurroundingsTest, ATimeNamespaceInWhichTheMachineStartedEarlier) {
  SKIP_UNLESS_PERMITTED("unshare", "-rT", "--fork", "--boottime", "1000000", "--monotonic",
                        "1000000");
  ExpectTheLeak(RunIn(launcher));
}

TEST_F(SurroundingsTest, AnotherTime) {
  SKIP_UNLESS_PERMITTED("faketime", "-f", "+1d");
  if (kSanitized) GTEST_SKIP() << "libfaketime and a sanitizer's runtime do not go together";
  ExpectTheLeak(RunIn(launcher));
}

TEST_F(SurroundingsTest, ATimeThatGoesBackAndAHundredTimesFaster) {
  SKIP_UNLESS_PERMITTED("faketime", "-f", "-1d x100");
  if (kSanitized) GTEST_SKIP() << "libfaketime and a sanitizer's runtime do not go together";
  ExpectTheLeak(RunIn(launcher));
}

TEST_F(SurroundingsTest, ATimeThatStandsStill) {
  SKIP_UNLESS_PERMITTED("faketime", "-f", "2030-01-01 00:00:00");
  if (kSanitized) GTEST_SKIP() << "libfaketime and a sanitizer's runtime do not go together";
  ExpectTheLeak(RunIn(launcher));
}

// Files

TEST_F(SurroundingsTest, ADiskThatIsFullKeepsTheReportBeforeAndSaysSo) {
  SKIP_UNLESS_PERMITTED("unshare", "-rm");
  const TemporaryDirectory folder;
  const Outcome outcome = RunIn(launcher, {"disk-full", folder.File("")});
  ExpectTheLeak(outcome);
  EXPECT_THAT(outcome.err, HasSubstr("No space left on device"));
  EXPECT_THAT(outcome.out, HasSubstr("\"First\""));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\"Second\"")));
  EXPECT_THAT(outcome.out, HasSubstr("beside it: 0"));
}

}  // namespace
}  // namespace taskleak::environment
