// Looks in difficult surroundings: calls and files are denied to the process, another process
// traces it, or its main thread or code is gone.
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"
#include "support/sanitizer.h"

namespace taskleak {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// LeakSanitizer stops the process with ptrace at its end. A tracer prevents that.
const std::map<std::string, std::string> kEnvironment = {{"ASAN_OPTIONS", "detect_leaks=0"}};

Outcome RunIn(const std::vector<std::string>& arguments) {
  return RunProgram(ENVIRONMENT_PROGRAM, arguments, kEnvironment);
}

void ExpectTheLeak(const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("StayHere(")) << outcome.err;
}

TEST(EnvironmentTest, WithNothingInTheWayTheLeakIsFound) { ExpectTheLeak(RunIn({})); }

TEST(EnvironmentTest, PtraceDenied) { ExpectTheLeak(RunIn({"no-ptrace"})); }

TEST(EnvironmentTest, AskingForThreadsDenied) { ExpectTheLeak(RunIn({"no-tgkill"})); }

TEST(EnvironmentTest, ReadingTheOwnMemoryByTheKernelDenied) {
  const Outcome outcome = RunIn({"no-process_vm_readv"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("its stack could not be read"));
}

// The signal's copy of the stack replaces the file that cannot be read, and the report says so.
TEST(EnvironmentTest, TheFilesOfThreadsUnreadable) {
  const Outcome outcome = RunProgram(ENVIRONMENT_HOOKED_PROGRAM, {"undumpable"}, kEnvironment);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  // The wait is known by name if the program may read its own file.
  EXPECT_THAT(outcome.out, HasSubstr("  waiting "));
  EXPECT_THAT(outcome.out, HasSubstr("note: the kernel does not show where"));
}

// The signal's frame is written below the stack pointer. Without the hooks the end of the stack is
// not known.
TEST(EnvironmentTest, TheFilesOfThreadsUnreadableAndNoHooks) {
  const Outcome outcome = RunIn({"undumpable"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("the end of its stack is not known"));
}

TEST(EnvironmentTest, TheMainThreadHasEnded) { ExpectTheLeak(RunIn({"main-ends"})); }

TEST(EnvironmentTest, AfterExecNothingIsLeftOfTheLooksBefore) { ExpectTheLeak(RunIn({"exec"})); }

TEST(EnvironmentTest, UnloadedCodeIsNotNamed) {
  const Outcome outcome = RunIn({"unload", ENVIRONMENT_LIBRARY});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  const std::size_t unloaded = outcome.out.find("unloaded");
  ASSERT_NE(unloaded, std::string::npos);
  EXPECT_THAT(outcome.out.substr(0, unloaded), HasSubstr("WaitInLibrary"));
  EXPECT_THAT(outcome.out.substr(unloaded),
              AllOf(HasSubstr("1 thread"), Not(HasSubstr("WaitInLibrary"))));
}

TEST(EnvironmentTest, UnderGdb) {
  ExpectTheLeak(
      RunProgram("gdb", {"-q", "-batch", "-return-child-result", "-ex", "run", ENVIRONMENT_PROGRAM},
                 kEnvironment));
}

TEST(EnvironmentTest, UnderStrace) {
  ExpectTheLeak(
      RunProgram("strace", {"-f", "-qq", "-o", "/dev/null", ENVIRONMENT_PROGRAM}, kEnvironment));
}

// libc gives a part of a detached thread's stack back before the thread has ended (madvise(2)).
TEST(EnvironmentTest, AThreadThatIsKeptFromEndingByTheSystemIsNoLeak) {
  if (kUnderAsan) GTEST_SKIP() << "AddressSanitizer makes that call, too, and from its own code";
  const Outcome outcome =
      RunProgram("strace",
                 {"-f", "-qq", "-o", "/dev/null", "-e", "trace=madvise", "-e",
                  "inject=madvise:delay_enter=1000000", ENVIRONMENT_PROGRAM, "ends"},
                 kEnvironment);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
}

}  // namespace
}  // namespace taskleak
