// Child processes that are left, with the hooks.
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/proc/children.h"
#include "support/child.h"
#include "support/leaks.h"
#include "taskleak/alive.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::AwaitEnd;
using ::testing::Contains;
using testing::EndChild;
using testing::Functions;
using ::testing::HasSubstr;
using testing::LivingChild;
using testing::Look;
using testing::NoWait;
using testing::OnlyLeak;
using testing::Own;

std::array<char*, 3> SleepCommand() {
  static std::array<std::string, 2> words{"sleep", "1000"};
  return {words[0].data(), words[1].data(), nullptr};
}

[[gnu::noinline]] pid_t SpawnSleep(bool by_path) {
  pid_t child = 0;
  auto arguments = SleepCommand();
  const int error =
      by_path ? posix_spawn(&child, "/bin/sleep", nullptr, nullptr, arguments.data(), environ)
              : posix_spawnp(&child, "sleep", nullptr, nullptr, arguments.data(), environ);
  EXPECT_EQ(error, 0);
  return child;
}

[[gnu::noinline]] pid_t ForkOne() {
  const pid_t child = fork();
  if (child == 0)
    for (;;) pause();
  return child;
}

[[gnu::noinline]] FILE* OpenPipe() {
  FILE* const stream = popen("exec sleep 1000", "r");
  asm volatile("");  // keeps this from being a tail call
  return stream;
}

TEST(ProcessLeaksTest, ALivingChildIsReportedWithItsCommandLineAndItsCreator) {
  const auto before = Snapshot::Take();
  const pid_t child = SpawnSleep(true);
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(unit.kind, UnitKind::kProcess);
  EXPECT_EQ(unit.id, child);
  EXPECT_EQ(unit.name, "sleep");
  EXPECT_EQ(unit.command, "sleep 1000");
  EXPECT_EQ(unit.state, WaitState::kAlive);
  EXPECT_THAT(Functions(unit.created_by), Contains(Own("SpawnSleep")));
  EXPECT_THAT(Look(before).ToText(),
              AllOf(HasSubstr("1 leak, 1 process still alive"),
                    HasSubstr("process \"sleep\" (" + std::to_string(child) +
                              ")  still there: sleep 1000\n"),
                    HasSubstr("hint: end it and wait for it before the test ends"),
                    HasSubstr("ignore: process:sleep | created_by:"), HasSubstr("SpawnSleep")));
  EndChild(child);
  EXPECT_TRUE(Look(before).empty());
}

TEST(ProcessLeaksTest, AChildThatEndedAndWasNotWaitedForIsReportedAndStaysToBeWaitedFor) {
  const auto before = Snapshot::Take();
  const pid_t child = fork();
  if (child == 0) _exit(7);
  AwaitEnd(child);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  const Unit& unit = report.groups[0].first();
  EXPECT_EQ(unit.state, WaitState::kEnded);
  EXPECT_EQ(unit.command, "");
  EXPECT_THAT(report.ToText(), AllOf(HasSubstr("1 process left behind"),
                                     HasSubstr("ended, but not waited for: exit code 7\n"),
                                     HasSubstr("hint: wait for it")));
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(Look(before).empty());
}

TEST(ProcessLeaksTest, AChildThatASignalEndedOrStoppedShowsIt) {
  const auto before = Snapshot::Take();
  const pid_t child = ForkOne();
  kill(child, SIGSTOP);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED | WNOWAIT);
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kStopped);
  kill(child, SIGKILL);
  AwaitEnd(child);
  EXPECT_EQ(OnlyLeak(before).detail, "by signal 9 (SIGKILL)");
  waitpid(child, nullptr, 0);
}

TEST(ProcessLeaksTest, TheCreatorIsKnownOfFork) {
  const auto before = Snapshot::Take();
  const pid_t child = ForkOne();
  EXPECT_THAT(Functions(OnlyLeak(before).created_by), Contains(Own("ForkOne")));
  EndChild(child);
}

TEST(ProcessLeaksTest, TheCreatorIsKnownOfPosixSpawnp) {
  const auto before = Snapshot::Take();
  const pid_t child = SpawnSleep(false);
  EXPECT_THAT(Functions(OnlyLeak(before).created_by), Contains(Own("SpawnSleep")));
  EndChild(child);
}

TEST(ProcessLeaksTest, TheCreatorIsKnownOfPopen) {
  const LivingChild another;  // which is on the list that popen's child is looked up in
  const auto before = Snapshot::Take();
  FILE* const stream = OpenPipe();
  const Unit unit = OnlyLeak(before);
  EXPECT_THAT(Functions(unit.created_by), Contains(Own("OpenPipe")));
  kill(static_cast<pid_t>(unit.id), SIGKILL);
  pclose(stream);
}

TEST(ProcessLeaksTest, TheCreatorOfAVforkedChildIsUnknownAndTheReportSaysSo) {
  const auto before = Snapshot::Take();
  static std::array<char*, 3> arguments = SleepCommand();
  // NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): what the test is about
  const pid_t child = vfork();
  if (child == 0) {
    execv("/bin/sleep", arguments.data());
    _exit(1);
  }
  const LeakReport report = Look(before);
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_TRUE(report.groups[0].first().created_by.empty());
  EXPECT_THAT(report.ToText(), HasSubstr("the code that created it is not known"));
  EndChild(child);
}

TEST(ProcessLeaksTest, ChildrenOfOneFunctionAndProgramAreOneLeakAndOfTwoProgramsTwo) {
  const auto before = Snapshot::Take();
  const std::array<pid_t, 3> children = {SpawnSleep(true), SpawnSleep(true), ForkOne()};
  const LeakReport report = Look(before);
  EXPECT_EQ(report.groups.size(), 2U) << report.ToText();
  EXPECT_EQ(report.unit_count(), 3U);
  EXPECT_THAT(report.ToText(), HasSubstr("2 processes \"sleep\""));
  for (const pid_t child : children) EndChild(child);
}

TEST(ProcessLeaksTest, AChildThatWasThereBeforeIsNoLeak) {
  const LivingChild child;
  const auto before = Snapshot::Take();
  EXPECT_TRUE(Look(before).empty());
}

TEST(ProcessLeaksTest, AChildThatAThreadWaitsForIsWaitedFor) {
  std::promise<pid_t> started;
  std::thread waiter([child = started.get_future()]() mutable { EndChild(child.get()); });
  const auto before = Snapshot::Take();
  started.set_value(ForkOne());
  EXPECT_TRUE(FindLeaks(before).empty());
  waiter.join();
}

TEST(ProcessLeaksTest, RulesIgnoreByCommandLineNameAndCreator) {
  const auto before = Snapshot::Take();
  const pid_t child = SpawnSleep(true);
  const auto left = [&before](const IgnoreRule& rule) {
    return FindLeaks(before, NoWait({rule})).unit_count();
  };
  EXPECT_EQ(left(IgnoreProcess("sleep 10*")), 0U);
  EXPECT_EQ(left(IgnoreRule::Parse("process:sleep")), 0U);
  EXPECT_EQ(left(IgnoreProcess("sleep 2000")), 1U);
  EXPECT_EQ(left(IgnoreThreadName("sleep")), 1U);
  EXPECT_EQ(left(IgnoreCreatedBy("*::SpawnSleep")), 0U);
  EXPECT_EQ(left(IgnoreIf([](const Unit& unit) { return unit.command == "sleep 1000"; })), 0U);
  EXPECT_EQ(left(IgnoreCurrent()), 0U);
  Options off = NoWait();
  off.processes = false;
  EXPECT_TRUE(FindLeaks(before, off).empty());
  EndChild(child);
}

TEST(ProcessLeaksTest, AnAllowedOrAdoptedChildIsBackground) {
  const auto before = Snapshot::Take();
  pid_t allowed = 0;
  {
    const AllowLeaks allow("stays");
    allowed = ForkOne();
  }
  EXPECT_TRUE(Look(before).empty());
  const pid_t adopted = ForkOne();
  EXPECT_EQ(OnlyLeak(before).id, adopted);
  AdoptCurrent();
  EXPECT_TRUE(Look(before).empty());
  EndChild(allowed);
  EndChild(adopted);
}

// A daemon is nobody's child, or that of the first process or of one that takes in orphans: there
// it must not be a leak either.
TEST(ProcessLeaksTest, ADaemonIsNoLeakEvenOfAProcessThatTakesInOrphans) {
  for (const int takes_in_orphans : {0, 1}) {
    prctl(PR_SET_CHILD_SUBREAPER, takes_in_orphans);
    const auto before = Snapshot::Take();
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
      setsid();
      const pid_t daemon = fork();
      if (daemon == 0) {
        for (;;) pause();
      }
      _exit(write(ends[1], &daemon, sizeof daemon) == sizeof daemon ? 0 : 1);
    }
    waitpid(child, nullptr, 0);
    pid_t daemon = 0;
    ASSERT_EQ(read(ends[0], &daemon, sizeof daemon), static_cast<ssize_t>(sizeof daemon));
    EXPECT_TRUE(Look(before).empty()) << takes_in_orphans;
    kill(daemon, SIGKILL);
    if (takes_in_orphans != 0) waitpid(daemon, nullptr, 0);
    close(ends[0]);
    close(ends[1]);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(ProcessLeaksTest, AnOrphanThatASubreaperTakesInIsNoLeakAndItsOwnChildIsOne) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto before = Snapshot::Take();
  ASSERT_EQ(system("sleep 1000 >/dev/null 2>&1 &"), 0);  // NOLINT(cert-env33-c)
  const pid_t own = ForkOne();
  EXPECT_EQ(OnlyLeak(before).id, own);
  EndChild(own);
  const auto orphans = platform::ListChildren();
  for (const platform::ChildProcess& orphan : *orphans) EndChild(orphan.id.tid);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(ProcessLeaksTest, WithSigchldIgnoredOnlyLivingChildrenAreLeaks) {
  const auto before = Snapshot::Take();
  const auto previous = signal(SIGCHLD, SIG_IGN);
  const pid_t ended = fork();
  if (ended == 0) _exit(0);
  EXPECT_EQ(waitpid(ended, nullptr, 0), -1);  // returns when the kernel has taken it away
  EXPECT_TRUE(Look(before).empty());
  const pid_t living = ForkOne();
  EXPECT_EQ(OnlyLeak(before).id, living);
  EndChild(living);
  signal(SIGCHLD, previous);
}

TEST(ProcessLeaksTest, AProcessThatIsTracedAndNoChildIsNoLeak) {
  const pid_t middle = fork();
  if (middle == 0) {
    const pid_t traced = fork();
    if (traced == 0)
      for (;;) pause();
    const auto before = Snapshot::Take();
    // The sibling of the tracer: a process that only looks at itself.
    const pid_t tracer = fork();
    if (tracer == 0) {
      const bool attached = ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) == 0;
      const bool clean = FindLeaks(before, NoWait()).empty();
      _exit(attached && clean ? 0 : attached ? 1 : 2);
    }
    int status = 0;
    waitpid(tracer, &status, 0);
    EndChild(traced);
    _exit(WEXITSTATUS(status));
  }
  int status = 0;
  waitpid(middle, &status, 0);
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "ptrace is denied here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ProcessLeaksTest, HelpersOfASanitizersRuntimeAreKnown) {
  const auto before = Snapshot::Take();
  static std::array<std::string, 2> words{"llvm-symbolizer", "1000"};
  std::array<char*, 3> arguments{words[0].data(), words[1].data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, "/bin/sleep", nullptr, nullptr, arguments.data(), environ), 0);
  EXPECT_TRUE(Look(before).empty());
  Options options = NoWait();
  options.report_known = {"symbolizer"};
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
  EndChild(child);
}

TEST(ProcessLeaksTest, WithoutADescriptorToListThemTheCheckFails) {
  const auto before = Snapshot::Take();
  const pid_t child = ForkOne();
  EXPECT_EQ(OnlyLeak(before).id, child);  // what is kept open is open
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{0, limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const LeakReport report = FindLeaks(before, NoWait());
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_FALSE(report.empty());
  EXPECT_NE(report.could_not_look, "");
  EndChild(child);
}

TEST(ProcessLeaksTest, FindAliveListsChildren) {
  const LivingChild child;
  const LeakReport report = FindAlive();
  std::size_t processes = 0;
  for (const LeakGroup& group : report.groups)
    processes += group.first().kind == UnitKind::kProcess ? group.units.size() : 0;
  EXPECT_EQ(processes, 1U) << report.ToText();
}

}  // namespace
}  // namespace taskleak
