// The contents of a thread's files in /proc.
#include "linux/proc/thread_lines.h"

#include <sys/syscall.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "linux/arch/call_numbers.h"

namespace taskleak::platform {

// For the messages of the tests.
void PrintTo(const ThreadStat& stat, std::ostream* out) {
  *out << '"' << stat.name << "\" " << stat.state << (stat.exiting ? " exiting" : "")
       << (stat.kernel_worker ? " kernel worker" : "") << " since " << stat.start_ticks;
}
void PrintTo(const BlockedAt& at, std::ostream* out) {
  *out << (at.running ? "running" : "call ") << at.number << " sp " << at.sp << " pc " << at.pc;
}

namespace {

// Returns a line of stat with the given values. All other fields have numbers that identify them.
std::string StatLine(std::string_view name, char state, std::uint64_t flags) {
  return "4711 (" + std::string(name) + ") " + state + " 4 5 6 7 -8 " + std::to_string(flags) +
         " 10 11 12 13 14 15 16 17 20 0 3 0 987654 23 24 25\n";
}

TEST(ThreadLinesTest, StatSaysNameStateAndStart) {
  constexpr std::uint64_t kStart = 987654;
  const struct {
    const char* what;
    std::string line;
    std::optional<ThreadStat> expected;
  } cases[] = {
      {"asleep", StatLine("worker", 'S', 0x400040), {{"worker", 'S', false, false, kStart}}},
      {"a name with blanks and parentheses",
       StatLine("a) S (b", 'R', 0),
       {{"a) S (b", 'R', false, false, kStart}}},
      {"no name", StatLine("", 'R', 0), {{"", 'R', false, false, kStart}}},
      {"on its way out", StatLine("worker", 'R', 0x4), {{"worker", 'R', true, false, kStart}}},
      {"a zombie", StatLine("worker", 'Z', 0), {{"worker", 'Z', true, false, kStart}}},
      {"dead", StatLine("worker", 'X', 0), {{"worker", 'X', true, false, kStart}}},
      {"a kernel's worker",
       StatLine("iou-wrk", 'S', 0x10),
       {{"iou-wrk", 'S', false, true, kStart}}},
      {"cut off in the name", "4711 (work", {}},
      {"cut off after the name", "4711 (worker) ", {}},
      {"cut off before the flags", "4711 (worker) S 4 5 6 7 -8 ", {}},
      {"cut off before the start",
       "4711 (worker) S 4 5 6 7 -8 0 10 11 12 13 14 15 16 17 20 0 3 0 ",
       {}},
      {"a name that ends before it begins",
       "4711 ) S 4 5 6 7 -8 0 10 11 12 13 14 15 16 17 20 0 3 0 987654 (",
       {}},
      {"empty", "", {}},
  };
  for (const auto& each : cases) EXPECT_EQ(ParseStat(each.line), each.expected) << each.what;
}

// Not every processor has poll(2).
constexpr long kPollOrUnknown = kPollCall >= 0 ? kPollCall : SYS_restart_syscall;

// These are arguments that a thread of x86-64 had after SIGSTOP and SIGCONT.
TEST(ThreadLinesTest, ACallThatIsContinuedIsWhatItWasBefore) {
  const struct {
    const char* what;
    std::string_view arguments;
    long expected;
  } cases[] = {
      {"std::this_thread::sleep_for", "0x0 0x0 0x7fb2bad3ce00 0x7fb2bad3ce00 0x0 0x7fff9d6537b7",
       SYS_clock_nanosleep},
      {"until a time of CLOCK_MONOTONIC", "0x1 0x1 0x404040 0x0 0x0 0x0", SYS_clock_nanosleep},
      {"nanosleep", "0x7fb2bad3ce00 0x7fb2bad3ce00 0x0 0x0 0x0 0x0", SYS_nanosleep},
      {"nanosleep without a rest", "0x7fb2bad3ce00 0x0 0x0 0x0 0x0 0x0", SYS_nanosleep},
      {"futex", "0x5592409ef160 0x80 0x0 0x7fb2b9d3ae00 0x0 0x0", SYS_futex},
      {"std::condition_variable::wait_for", "0x7fb2b9539dd8 0x89 0x0 0x7fb2b9539c90 0x0 0xffffffff",
       SYS_futex},
      {"of a clock that can be set", "0x404060 0x189 0x0 0x7fb2b9539c90 0x0 0x7fffffffffff",
       SYS_futex},
      {"poll of nothing", "0x0 0x0 0xf4240 0x7fb2bae2c8d0 0x0 0x7fff9d6537b7", kPollOrUnknown},
      {"poll", "0x7fb2bae2c8d0 0x2 0xf4240 0x0 0x0 0x0", kPollOrUnknown},
      {"poll of nine", "0x7fb2bae2c8d0 0x9 0xf4240 0x0 0x0 0x7fff9d6537b7", kPollOrUnknown},
  };
  for (const auto& each : cases) {
    const auto at = ParseSyscall(std::to_string(SYS_restart_syscall) + " " +
                                 std::string(each.arguments) + " 0x7ffc00 0x7f0012\n");
    ASSERT_TRUE(at) << each.what;
    EXPECT_EQ(at->number, each.expected) << each.what;
    EXPECT_EQ(at->pc, 0x7f0012U) << each.what;
  }
}

TEST(ThreadLinesTest, SyscallSaysWhereAThreadIs) {
  const struct {
    const char* what;
    std::string_view line;
    std::optional<BlockedAt> expected;
  } cases[] = {
      {"in a call",
       "202 0x7ffc10 0x189 0x0 0x1 0xffffffffffffffff 0x5 0x7ffc00 0x7f0012\n",
       {{false, 202, {0x7ffc10, 0x189, 0, 1, ~std::uint64_t{0}, 5}, 0x7ffc00, 0x7f0012}}},
      {"in no call", "-1 0x7ffc00 0x7f0012\n", {{false, -1, {}, 0x7ffc00, 0x7f0012}}},
      {"without a stack", "-1 0x0 0x0\n", {{false, -1, {}, 0, 0}}},
      {"running", "running\n", {{true, -1, {}, 0, 0}}},
      {"cut off", "202 0x7ffc10 0x189 0x0 0x1 0x2 0x5 0x7ffc00\n", {}},
      {"cut off without a call", "-1 0x7ffc00\n", {}},
      {"no number", "waiting\n", {}},
      {"empty", "", {}},
  };
  for (const auto& each : cases) EXPECT_EQ(ParseSyscall(each.line), each.expected) << each.what;
}

TEST(ThreadLinesTest, SchedstatSaysHowMuchAThreadHasRun) {
  EXPECT_EQ(ParseSchedstat("1234567 89 42\n"), (RunCount{1234567, 42}));
  EXPECT_EQ(ParseSchedstat("0 0 0\n"), std::nullopt);
  EXPECT_EQ(ParseSchedstat("1234567 89"), std::nullopt);
  EXPECT_EQ(ParseSchedstat(""), std::nullopt);
}

constexpr std::string_view kStatus =
    "Name:\tworker\nState:\tS (sleeping)\nSigPnd:\t0000000000000000\nShdPnd:\tffffffffffffffff\n"
    "SigBlk:\t8000000000400001\nSigIgn:\tffffffffffffffff\nvoluntary_ctxt_switches:\t40\n"
    "nonvoluntary_ctxt_switches:\t2\n";

TEST(ThreadLinesTest, StatusSaysHowOftenAThreadGaveUpItsProcessor) {
  EXPECT_EQ(ParseSwitches(kStatus), (RunCount{0, 42}));
  EXPECT_EQ(ParseSwitches("nonvoluntary_ctxt_switches:\t2\n"), std::nullopt);
  EXPECT_EQ(ParseSwitches("voluntary_ctxt_switches:\t2\n"), std::nullopt);
  EXPECT_EQ(ParseSwitches(""), std::nullopt);
}

TEST(ThreadLinesTest, StatusSaysWhichSignalsAreBlockedAndPending) {
  const struct {
    std::string_view key;
    int signal;
    std::optional<bool> expected;
  } cases[] = {
      {"SigBlk", 1, true},  {"SigBlk", 2, false}, {"SigBlk", 23, true}, {"SigBlk", 64, true},
      {"SigPnd", 1, false}, {"SigNon", 1, {}},    {"Sig", 1, {}},       {"Name", 1, {}},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(ParseSignal(kStatus, each.key, each.signal), each.expected)
        << each.key << ' ' << each.signal;
  }
}

}  // namespace
}  // namespace taskleak::platform
