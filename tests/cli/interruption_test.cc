// Signals to the program, and files: those that were whole stay whole, no matter what ends a
// program while it writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/report/made_reports.h"
#include "report/json_report.h"
#include "run_report.h"
#include "support/run_program.h"

namespace taskleak::cli {
namespace {

using report::JsonDocument;
using report::TwoLeaks;

class Interruption : public testing::Test {
 protected:
  [[nodiscard]] std::string Path(const std::string& name) const { return directory_.File(name); }
  [[nodiscard]] std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }
  /// Runs a script in a shell. `$0` is the program, and `$1`, ... are the arguments.
  static Outcome Shell(const std::string& script, const std::vector<std::string>& arguments,
                       const std::string& options = "drain=20ms") {
    std::vector<std::string> all = {"-c", script, TASKLEAK_PROGRAM};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunProgram("bash", all, {{"TASKLEAK_OPTIONS", options}});
  }

 private:
  TemporaryDirectory directory_;
};

// Kills the writer at each of its calls that change files, one after the other (strace(1),
// "inject"). At last it lets the writer finish.
constexpr const char* kKillWhileWriting = R"(
    for call in write fsync renameat; do
      for ((time = 1;; ++time)); do
        strace -f -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$time \
          "$0" "${@:3}" >/dev/null 2>&1
        ended=$?
        cmp -s "$1" "$2.old" || cmp -s "$1" "$2.new" || { echo "torn at $call $time"; exit 1; }
        [[ $ended == 137 ]] || break
        if compgen -G "$1.*.tmp" >/dev/null; then temporary+=" $call"; rm "$1".*.tmp; fi
      done
      [[ $ended == 0 ]] || { echo "ended with $ended"; exit 1; }
      cmp "$1" "$2.new" || exit 1
      cp "$2.old" "$1"
    done
    [[ $temporary == *write*fsync*renameat* ]] || { echo "only at$temporary"; exit 1; })";

TEST_F(Interruption, AMergedReportIsTheOldOrTheNewOne) {
  std::vector<report::CheckedScope> checked(3000);
  for (report::CheckedScope& scope : checked)
    scope.name = "Suite.Test" + std::to_string(&scope - checked.data());
  const std::string shard = Write("shard.json", JsonDocument({TwoLeaks()}, checked));
  const std::string report = Path("report.json");
  ASSERT_EQ(Shell(R"("$0" merge -o "$1" "$2")", {Path("state.new"), shard}).exit_code, 0);
  std::filesystem::copy_file(Write("state.old", JsonDocument({}, {})), report);
  const Outcome outcome =
      Shell(kKillWhileWriting, {report, Path("state"), "merge", "--output", report, shard});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

TEST_F(Interruption, ABaselineIsTheOldOrTheNewOne) {
  std::vector<LeakReport> leaks;
  for (int i = 0; i < 150; ++i) {
    leaks.push_back(TwoLeaks());
    leaks.back().test = "Suite.Test" + std::to_string(i);
  }
  const std::string shard = Write("shard.json", JsonDocument(leaks, {}));
  const std::string known = Path("known.txt");
  ASSERT_EQ(Shell(R"("$0" baseline write "$1" "$2")", {Path("state.new"), shard}).exit_code, 0);
  std::filesystem::copy_file(Write("state.old", "# known leaks\n"), known);
  const Outcome outcome =
      Shell(kKillWhileWriting, {known, Path("state"), "baseline", "write", known, shard});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

// SIGXFSZ (setrlimit(2)) ends the watched program in the middle of writing its report.
TEST_F(Interruption, AReportOfTestsStaysWhenTheDiskIsFull) {
  const std::string old = JsonDocument({}, {{.name = "earlier"}});
  const std::string report = Write("report.json", old);
  const Outcome ended = Shell(R"(ulimit -f 0; exec "$0" run -- "$1" leak >/dev/null 2>&1)",
                              {WATCHED_PROGRAM}, "drain=20ms json=" + report);
  EXPECT_NE(ended.exit_code, 0);
  EXPECT_EQ(ReadFile(report), old);
}

// With SIGXFSZ ignored, writing fails as on a full disk.
TEST_F(Interruption, AReportThatCannotBeWrittenIsSaidAndTheOldOneStays) {
  const std::string old = JsonDocument({}, {{.name = "earlier"}});
  const std::string report = Write("report.json", old);
  const Outcome ended = Shell(
      R"(trap '' XFSZ; said=$(ulimit -f 0; "$1" --gtest_filter=Clean.* 2>&1); echo "$? $said")",
      {CHECKED_GTEST}, "drain=20ms json=" + report);
  EXPECT_THAT(ended.out, testing::HasSubstr("cannot write the JSON report"));
  EXPECT_EQ(ReadFile(report), old);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(Path("")), {}), 1);
}

// Without a signal, the watched program ends after a minute.
constexpr const char* kSendSignal = R"(
    mkfifo "$1"
    "$0" run -- bash -c 'trap "exit 7" '"$2"'; echo >"$0"; for i in {1..600}; do sleep 0.1; done' "$1" &
    read <"$1"
    kill -"$2" $!
    wait $!)";

TEST_F(Interruption, ASignalOfAnotherProcessIsPassedOnToTheWatchedProgram) {
  for (const char* const signal : {"TERM", "HUP"})
    EXPECT_EQ(Shell(kSendSignal, {Path(signal), signal}).exit_code, 7) << signal;
}

// The first process of a namespace gets no signal that it does not handle (pid_namespaces(7)).
TEST_F(Interruption, TheFirstProcessOfAContainerPassesSignalsOn) {
  constexpr const char* kInside = R"(
    mkfifo "$1"
    unshare --user --map-root-user --pid --fork --mount-proc "$0" run -- \
      bash -c 'echo >"$0"; exec sleep 60' "$1" &
    read <"$1"
    read -r first <"/proc/$!/task/$!/children"
    kill -TERM $first
    wait $!)";
  if (RunProgram("unshare", {"--user", "--map-root-user", "--pid", "--fork", "true"}).exit_code !=
      0)
    GTEST_SKIP() << "no namespaces can be made here";
  EXPECT_EQ(Shell(kInside, {Path("fifo")}).exit_code, 128 + SIGTERM);
}

}  // namespace
}  // namespace taskleak::cli
