#include "report_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "core/report/made_reports.h"
#include "report/json_report.h"
#include "test_entry.h"

namespace taskleak::cli {
namespace {

using report::JsonDocument;
using report::TwoLeaks;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Counts the parts of a report that it receives.
class Counter final : public ReportSink {
 public:
  void OnTest(Json test) override {
    ++tests;
    groups += test["groups"].size();
  }
  void OnChecked(report::CheckedScope) override { ++checked; }
  void OnSuppression(rules::SuppressionCount) override { ++suppressions; }
  void OnNote(std::string) override { ++notes; }

  std::size_t tests = 0;
  std::size_t groups = 0;
  std::size_t checked = 0;
  std::size_t suppressions = 0;
  std::size_t notes = 0;
};

/// Keeps the tests as LeakReports.
class Reports final : public ReportSink {
 public:
  void OnTest(Json test) override { reports.push_back(ReadTestEntry(std::move(test)).report); }
  void OnChecked(report::CheckedScope scope) override { checked.push_back(std::move(scope)); }
  void OnSuppression(rules::SuppressionCount) override {}
  void OnNote(std::string note) override { notes.push_back(std::move(note)); }

  std::vector<LeakReport> reports;
  std::vector<report::CheckedScope> checked;
  std::vector<std::string> notes;
};

std::string Document() { return JsonDocument({TwoLeaks(), TwoLeaks()}, {{.name = "A.B"}}); }

std::vector<std::string> ComplaintsOf(const std::string& text) {
  Counter counter;
  return ReadDocument(text, counter);
}

TEST(ReportReader, ReadsWhatTheCoreWrites) {
  LeakReport hang = TwoLeaks();
  hang.verdict = Verdict::kHang;
  hang.groups[1].units[0].kind = UnitKind::kTask;
  hang.groups[1].units[0].state = WaitState::kSuspended;
  hang.groups[1].units[0].stack_missing = "it ran";
  hang.groups[1].deadlock = true;
  Unit waiter = hang.groups[0].units[0];
  waiter.state = WaitState::kMutex;
  waiter.waits_at = 0x7ffe10;
  waiter.held_by = Holder{4129, "http", false, WaitState::kAccept, hang.groups[1].units[0].stack};
  hang.deadlocks = {{Deadlock::Kind::kSelf, {waiter}}, {Deadlock::Kind::kCycle, {waiter, waiter}}};
  LeakReport unseen;
  unseen.test = "Unseen.Test";
  unseen.verdict = Verdict::kCouldNotLook;
  unseen.could_not_look = "no /proc";
  Reports read;
  EXPECT_THAT(ReadDocument(JsonDocument({TwoLeaks(), hang, unseen}, {}), read), IsEmpty());
  ASSERT_EQ(read.reports.size(), 3U);
  EXPECT_EQ(read.reports[0].ToText(), TwoLeaks().ToText());
  EXPECT_EQ(read.reports[1].ToText(), hang.ToText());
  EXPECT_EQ(read.reports[2].ToText(), unseen.ToText());
}

TEST(ReportReader, ReadsDescriptors) {
  Unit unit;
  unit.kind = UnitKind::kDescriptor;
  unit.state = WaitState::kOpen;
  unit.id = 7;
  unit.name = "socket:[4711]";
  unit.detail = "listening TCP 127.0.0.1:8080";
  LeakReport report;
  report.test = "Net.Serves";
  report.verdict = Verdict::kLeak;
  report.groups.resize(1);
  report.groups[0].units = {unit};
  Reports read;
  EXPECT_THAT(ReadDocument(report.ToJson(), read), IsEmpty());
  EXPECT_EQ(read.reports.at(0).ToText(),
            "1 leak, 1 descriptor still open after Net.Serves\n\n"
            "[1] 1 descriptor \"socket:[4711]\" (7)  still open: listening TCP 127.0.0.1:8080\n");
}

TEST(ReportReader, KnowsTheLastKindAndState) {
  EXPECT_EQ(KindNamed(std::string(ToString(UnitKind::kDescriptor))), UnitKind::kDescriptor);
  EXPECT_EQ(StateNamed(std::string(ToString(WaitState::kLost))), WaitState::kLost);
  EXPECT_EQ(StateNamed("unheard of"), WaitState::kOther);
}

TEST(ReportReader, ReadsThePlacesOfAGroup) {
  LeakReport report = TwoLeaks();
  report.groups[0].units[7].stack = report.groups[1].units[0].stack;
  report.groups[0].units[7].state = WaitState::kAccept;
  Reports read;
  ReadDocument(report.ToJson(), read);
  EXPECT_EQ(read.reports.at(0).ToText(), report.ToText());
}

TEST(ReportReader, ReadsWhatWasCheckedAndNotes) {
  LeakReport clean;
  clean.notes = {"a note"};
  Reports read;
  ReadDocument(JsonDocument({clean}, {{.name = "A.B", .times = 3}}), read);
  ASSERT_EQ(read.checked.size(), 1U);
  EXPECT_EQ(read.checked[0].name, "A.B");
  EXPECT_EQ(read.checked[0].times, 3U);
  EXPECT_THAT(read.notes, ElementsAre("a note"));
}

TEST(ReportReader, UsesAllThatIsWholeOfADocumentThatBreaksOff) {
  const std::string document = Document();
  std::size_t before = 0;
  constexpr std::size_t kStep = 37;  // cuts the text at every kind of place
  for (std::size_t size = 0; size + 2 < document.size(); size += kStep) {
    Counter counter;
    EXPECT_THAT(ReadDocument(document.substr(0, size), counter), Not(IsEmpty())) << size;
    EXPECT_GE(counter.groups, before) << size;
    before = counter.groups;
  }
  EXPECT_EQ(before, 4U);
}

TEST(ReportReader, NamesThePlaceWhereADocumentBreaksOff) {
  const std::string document = Document();
  EXPECT_THAT(ComplaintsOf(document.substr(0, document.size() / 2)),
              ElementsAre(AllOf(StartsWith("line "), HasSubstr("column "))));
}

TEST(ReportReader, KeepsTheGroupsBeforeABrokenOne) {
  std::string document = Document();
  document.replace(document.rfind("\"signature\""), 1, "!");
  Counter counter;
  EXPECT_THAT(ReadDocument(document, counter), ElementsAre(HasSubstr("line ")));
  EXPECT_EQ(counter.tests, 2U);
  EXPECT_EQ(counter.groups, 3U);
}

TEST(ReportReader, RejectsWhatIsNoReport) {
  EXPECT_THAT(ComplaintsOf("{}"), ElementsAre(HasSubstr("not a report of taskleak")));
  EXPECT_THAT(ComplaintsOf("[1]"), testing::Contains("a report is a JSON object"));
  EXPECT_THAT(ComplaintsOf("1"), testing::Contains("a report is a JSON object"));
  EXPECT_THAT(ComplaintsOf("<html>"), testing::Contains(HasSubstr("line 1")));
}

TEST(ReportReader, PassesOverElementsOfAnotherType) {
  Counter counter;
  EXPECT_THAT(ReadDocument(R"({"taskleak":"1","tests":[1,{"groups":3},{"groups":[7,{}]}],
                              "checked":[1,{}],"notes":[1,"n"],"new":[[1]],"summary":3})",
                           counter),
              ElementsAre(HasSubstr("test 1:"), HasSubstr("test 2:"), HasSubstr("test 3:")));
  EXPECT_EQ(counter.tests, 1U);
  EXPECT_EQ(counter.groups, 1U);
  EXPECT_EQ(counter.checked, 1U);
  EXPECT_EQ(counter.notes, 1U);
}

TEST(ReportReader, ReadsValuesOfAnotherTypeAsEmpty) {
  Reports read;
  ReadDocument(R"({"taskleak":"1","tests":[{"test":7,"waited_ms":-1,"groups":[{"count":-3,"units":
                  [{"id":"x","age_ms":1e300}],"stack":[{"line":99999999999}],"places":[{"count":
                  18446744073709551615,"stack":5}],"ignore":[1]}]}]})",
               read);
  ASSERT_EQ(read.reports.size(), 1U);
  EXPECT_THAT(read.reports[0].ToText(), HasSubstr("1 thread"));
}

TEST(ReportReader, SaysThatANewerVersionWroteIt) {
  EXPECT_THAT(ComplaintsOf(R"({"taskleak":"9","schema":2})"), ElementsAre(HasSubstr("newer")));
}

TEST(ReportReader, GivesUpOnBracketsWithoutEnd) {
  const std::string deep = R"({"taskleak":"1","tests":[)" + std::string(1'000'000, '[');
  EXPECT_THAT(ComplaintsOf(deep), ElementsAre(HasSubstr("nested too deeply")));
}

TEST(ReportReader, NamesAFileThatCannotBeRead) {
  Counter counter;
  EXPECT_THAT(ReadFilesInto({"/nonexistent.json"}, counter),
              ElementsAre("/nonexistent.json: No such file or directory"));
  EXPECT_THAT(ReadFilesInto({"/dev/null"}, counter), ElementsAre("/dev/null: it is empty"));
}

TEST(ReportReader, NamesAFolderThatCannotBeRead) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none{0, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);  // permissions do not keep root from reading
  Counter counter;
  const std::vector<std::string> complaints = ReadFilesInto({"/proc"}, counter);
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_THAT(complaints, ElementsAre("/proc: Too many open files"));
  EXPECT_THAT(ReadFilesInto({"/proc/self/fd"}, counter),
              ElementsAre("/proc/self/fd: no *.json file in this folder"));
}

}  // namespace
}  // namespace taskleak::cli
