// The taskleak program, run from a shell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

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
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Program : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::string path = directory_.File(name);
    std::ofstream(path) << text;
    return path;
  }
  [[nodiscard]] std::string Path(const std::string& name) const { return directory_.File(name); }
  static Outcome Taskleak(const std::vector<std::string>& arguments) {
    return RunProgram(TASKLEAK_PROGRAM, arguments);
  }
  /// Runs a script in a shell. `$0` is the program, and `$1`, ... are the arguments.
  static Outcome Shell(const std::string& script, const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"-c", script, TASKLEAK_PROGRAM};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunProgram("sh", all);
  }
  /// Returns the number of files in the folder, without those that the test itself wrote.
  [[nodiscard]] std::size_t FileCount() const {
    const std::filesystem::directory_iterator files(directory_.File(""));
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  std::string leaks_ = JsonDocument({TwoLeaks()}, {{.name = "WorkerPool.Restarts"}});
  std::string clean_ = JsonDocument({}, {{.name = "WorkerPool.Restarts"}});

 private:
  TemporaryDirectory directory_;
};

TEST_F(Program, ExitCodesTellLeaksFromMistakes) {
  EXPECT_EQ(Taskleak({"report", Write("clean.json", clean_)}).exit_code, 0);
  EXPECT_EQ(Taskleak({"report", Write("leaks.json", leaks_)}).exit_code, 1);
  EXPECT_EQ(Taskleak({"report"}).exit_code, 2);
  EXPECT_EQ(Taskleak({"report", "--format=none", Path("leaks.json")}).exit_code, 2);
  EXPECT_EQ(Taskleak({"nothing"}).exit_code, 2);
  EXPECT_EQ(Taskleak({}).exit_code, 2);
  EXPECT_EQ(Taskleak({"report", "/nonexistent"}).exit_code, 3);
  EXPECT_EQ(Taskleak({"--help"}).exit_code, 0);
  EXPECT_EQ(Taskleak({"report", "--help"}).exit_code, 0);
}

TEST_F(Program, NamesTheUnknownCommandAndThoseThatExist) {
  EXPECT_THAT(Taskleak({"baselin", "check"}).err,
              AllOf(StartsWith("taskleak: there is no command \"baselin\". taskleak has the "
                               "commands run, report, merge, "),
                    HasSubstr("baseline")));
  EXPECT_THAT(Taskleak({}).err, AllOf(StartsWith("taskleak: a command is missing. "),
                                      HasSubstr("commands run, report, merge, ")));
  EXPECT_THAT(Taskleak({"--none"}).err, HasSubstr("there is no option \"--none\""));
  const Outcome verb = Taskleak({"baseline", "chekc", "known.txt", "leaks.json"});
  EXPECT_EQ(verb.exit_code, 2);
  EXPECT_EQ(verb.err,
            "taskleak: there is no command \"chekc\". taskleak baseline has the commands write, "
            "check, prune; taskleak baseline --help describes them\n");
}

TEST_F(Program, NamesWhatIsWrongWithTheArgumentsOfACommand) {
  EXPECT_EQ(Taskleak({"run", "--isolat", "--", "./pool_test"}).err,
            "taskleak: there is no option \"--isolat\". taskleak run --help describes its "
            "arguments\n");
  EXPECT_THAT(Taskleak({"run", "--isolat"}).err, HasSubstr("there is no option \"--isolat\""));
  EXPECT_THAT(Taskleak({"run"}).err, StartsWith("taskleak: CMD is missing. taskleak run --help "));
  EXPECT_THAT(Taskleak({"baseline", "write"}).err,
              AllOf(HasSubstr(" are missing. taskleak baseline write --help "),
                    HasSubstr("BASELINE and ")));
  EXPECT_THAT(Taskleak({"diff", "a.json", "b.json", "c.json"}).err,
              HasSubstr("\"c.json\" is one argument too many"));
  EXPECT_THAT(Taskleak({"run", "--hang=soon", "--", "true"}).err,
              HasSubstr("soon is not a duration"));
}

TEST_F(Program, ATestThatCouldNotBeLookedAtIsNoSuccess) {
  LeakReport unseen;
  unseen.test = "A.A";
  unseen.verdict = Verdict::kCouldNotLook;
  unseen.could_not_look = "no /proc";
  const std::string path = Write("unseen.json", JsonDocument({unseen}, {}));
  EXPECT_EQ(Taskleak({"report", path}).exit_code, 3);
  EXPECT_EQ(Taskleak({"baseline", "check", Write("known.txt", ""), path}).exit_code, 3);
  EXPECT_EQ(Taskleak({"diff", Write("clean.json", clean_), path}).exit_code, 3);
  LeakReport hang;
  hang.test = "A.A";
  hang.verdict = Verdict::kHang;
  const std::string hangs = Write("hangs.json", JsonDocument({hang}, {}));
  EXPECT_EQ(Taskleak({"baseline", "check", Write("known.txt", ""), hangs}).exit_code, 3);
}

TEST_F(Program, TellsItsVersion) {
  EXPECT_EQ(Taskleak({"--version"}).out, "taskleak " TASKLEAK_VERSION "\n");
}

TEST_F(Program, ReadsStandardInputAndFolders) {
  const Outcome piped = Shell(R"("$0" report - < "$1")", {Write("leaks.json", leaks_)});
  EXPECT_EQ(piped.exit_code, 1);
  EXPECT_THAT(piped.out, HasSubstr("pool-worker"));
  const Outcome folder = Taskleak({"report", Path("")});
  EXPECT_EQ(folder.out, piped.out);
}

TEST_F(Program, HasNoColorsInAPipe) {
  const std::string path = Write("leaks.json", leaks_);
  EXPECT_EQ(Taskleak({"report", path}).out.find('\033'), std::string::npos);
  EXPECT_NE(Taskleak({"report", "--color=always", path}).out.find('\033'), std::string::npos);
}

TEST_F(Program, UsesTheRestOfBrokenInput) {
  const std::string broken = Write("broken.json", leaks_.substr(0, leaks_.size() / 2));
  const Outcome outcome = Taskleak({"report", broken, Write("leaks.json", leaks_)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("broken.json: line "));
  EXPECT_THAT(outcome.out, HasSubstr("pool-worker"));
  const Outcome merged = Taskleak({"merge", broken, Path("leaks.json")});
  EXPECT_EQ(merged.exit_code, 3);
  EXPECT_EQ(Json::parse(merged.out)["tests"].size(), 1U);
}

TEST_F(Program, RendersToAFile) {
  const Outcome outcome =
      Taskleak({"report", "-f", "html", "-o", Path("out.html"), Write("leaks.json", leaks_)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(ReadFile(Path("out.html")), HasSubstr("<!DOCTYPE html>"));
}

TEST_F(Program, DiffNamesWhatIsNewAndWhatIsGone) {
  const std::string clean = Write("clean.json", clean_);
  const std::string leaks = Write("leaks.json", leaks_);
  const Outcome worse = Taskleak({"diff", clean, leaks});
  EXPECT_EQ(worse.exit_code, 1);
  EXPECT_THAT(worse.out, AllOf(HasSubstr("+ 5f1c09aa31d2  WorkerPool.Restarts: 8 threads"),
                               HasSubstr("2 new or more, 0 gone or fewer")));
  const Outcome better = Taskleak({"diff", leaks, clean});
  EXPECT_EQ(better.exit_code, 0);
  EXPECT_THAT(better.out, HasSubstr("- 5f1c09aa31d2"));
  EXPECT_EQ(Taskleak({"diff", leaks, leaks}).exit_code, 0);
}

TEST_F(Program, ExplainsALeak) {
  const std::string leaks = Write("leaks.json", leaks_);
  const Outcome outcome = Taskleak({"explain", "5f1c", leaks});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("#0 "), HasSubstr("pool::WorkerPool::Start(int)"),
                                 Not(HasSubstr("net::Server"))));
  EXPECT_EQ(Taskleak({"explain", "123", leaks}).exit_code, 3);
}

TEST_F(Program, ListsKnownThreads) {
  EXPECT_THAT(Taskleak({"known"}).out,
              AllOf(HasSubstr("libgomp "), HasSubstr("module:libgomp.so*")));
}

TEST_F(Program, TheRatchetTurnsOneWay) {
  const std::string known = Path("known.txt");
  const std::string leaks = Write("leaks.json", leaks_);
  const std::string clean = Write("clean.json", clean_);
  EXPECT_EQ(Taskleak({"baseline", "check", known, leaks}).exit_code, 3);  // no such file
  const Outcome written = Taskleak({"baseline", "write", known, leaks});
  EXPECT_EQ(written.exit_code, 0);
  EXPECT_EQ(written.out, known + ": 2 leaks added, 2 in all\n");
  EXPECT_EQ(Taskleak({"baseline", "write", known, leaks}).out,
            known + ": 0 leaks added, 2 in all\n");
  const Outcome passed = Taskleak({"baseline", "check", known, leaks});
  EXPECT_EQ(passed.exit_code, 0);
  EXPECT_EQ(passed.out, "0 new or grown, 2 known, 0 gone\n");
  const Outcome stale = Taskleak({"baseline", "check", known, clean});
  EXPECT_EQ(stale.exit_code, 0);
  EXPECT_THAT(stale.out, HasSubstr("gone  signature:5f1c09aa31d2 test=WorkerPool.Restarts "));
  EXPECT_THAT(stale.out, EndsWith(", 2 gone; to take what is gone out of the file:\n"
                                  "taskleak baseline prune " +
                                  known + ' ' + clean + '\n'));
  EXPECT_EQ(Taskleak({"baseline", "check", "--stale=fail", known, clean}).exit_code, 1);
  EXPECT_EQ(Taskleak({"baseline", "prune", known, clean}).exit_code, 0);
  const Outcome failed = Taskleak({"baseline", "check", known, leaks});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.out, HasSubstr("new   5f1c09aa31d2  WorkerPool.Restarts: 8 threads"));
}

TEST_F(Program, AMissingBaselineIsNamedWithTheCommandThatMakesIt) {
  const std::string known = Path("known.txt");
  const std::string leaks = Write("leaks.json", leaks_);
  const std::string expected = "taskleak: " + known +
                               ": No such file or directory; to make it of the leaks of these "
                               "reports:\ntaskleak baseline write " +
                               known + ' ' + leaks + '\n';
  for (const auto& arguments :
       {std::vector<std::string>{"baseline", "check", known, leaks},
        std::vector<std::string>{"report", "--format=html", "--baseline=" + known, leaks}}) {
    const Outcome outcome = Taskleak(arguments);
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_EQ(outcome.err, expected);
  }
}

TEST_F(Program, AFolderIsNoBaseline) {
  const std::string known = Write("known.txt", "");
  for (const char* const verb : {"write", "check", "prune"}) {
    const Outcome outcome = Taskleak({"baseline", verb, Path(""), known});
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_THAT(outcome.err, HasSubstr("a folder, and not a baseline; in taskleak baseline, the "
                                       "baseline comes first"));
  }
}

TEST_F(Program, ANewLeakIsShownWithThePlaceWhereItIsOrWithItsCreator) {
  LeakReport report = TwoLeaks();
  Unit& ended = report.groups[0].units[0];
  ended.kind = UnitKind::kUnjoinedThread;
  ended.stack = {};
  report.groups[0].units.resize(1);
  const Outcome outcome = Taskleak({"baseline", "check", Write("known.txt", ""),
                                    Write("leaks.json", JsonDocument({report}, {}))});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("ended, but neither joined nor detached, created by "
                                           "pool::WorkerPool::Start\n"),
                                 HasSubstr("connection, at net::Server::Listen\n")));
}

TEST_F(Program, TheCommandThatRemovesWhatIsGoneRunsAsItIsPrinted) {
  const std::string known = Path("known leaks.txt");
  Taskleak({"baseline", "write", known, Write("leaks.json", leaks_)});
  const std::string said =
      Taskleak({"baseline", "check", known, Write("it's \"clean\" $HOME.json", clean_)}).out;
  const std::size_t command = said.find("taskleak baseline prune ");
  ASSERT_NE(command, std::string::npos) << said;
  const Outcome pruned = Shell(R"(taskleak() { "$0" "$@"; }
      eval "$1")",
                               {said.substr(command)});
  EXPECT_EQ(pruned.exit_code, 0) << pruned.err;
  EXPECT_THAT(ReadFile(known), Not(HasSubstr("signature:")));
}

TEST_F(Program, AnIncompleteReportChangesNoBaseline) {
  const std::string known = Path("known.txt");
  Taskleak({"baseline", "write", known, Write("leaks.json", leaks_)});
  const std::string before = ReadFile(known);
  const std::string broken = Write("broken.json", clean_.substr(0, clean_.size() - 3));
  for (const char* const verb : {"write", "prune"}) {
    EXPECT_EQ(Taskleak({"baseline", verb, known, broken}).exit_code, 3);
    EXPECT_EQ(ReadFile(known), before);
  }
}

TEST_F(Program, AFullDiskLeavesTheOldFile) {
  const std::string known = Write("known.txt", "# old\n");
  const std::string leaks = Write("leaks.json", leaks_);
  const std::size_t files = FileCount();
  // SIGXFSZ is ignored, so that writing fails as on a full disk; the message goes to a pipe.
  const Outcome baseline = Shell(R"(trap '' XFSZ
      said=$(ulimit -f 0; "$0" baseline write "$1" "$2" 2>&1); code=$?; echo "$said"; exit $code)",
                                 {known, leaks});
  EXPECT_EQ(baseline.exit_code, 3);
  EXPECT_THAT(baseline.out, HasSubstr("known.txt: File too large"));
  EXPECT_EQ(ReadFile(known), "# old\n");
  EXPECT_EQ(FileCount(), files);
}

TEST_F(Program, KilledWhileWritingLeavesTheOldFile) {
  const std::string known = Write("known.txt", "# old\n");
  // SIGXFSZ ends the process in the middle of the write.
  const Outcome outcome = Shell(R"(ulimit -f 0; exec "$0" baseline write "$1" "$2")",
                                {known, Write("leaks.json", leaks_)});
  EXPECT_NE(outcome.signal, 0);
  EXPECT_EQ(ReadFile(known), "# old\n");
}

}  // namespace
}  // namespace taskleak::cli
