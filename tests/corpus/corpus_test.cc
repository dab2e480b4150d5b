// Every bug of the corpus is found, with exactly the threads that stay and what they wait for. Its
// fixed form passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "corpus/findings.h"
#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::PrintToString;

/// A line of a table, and the program that has its two forms.
struct Entry {
  const char* program;
  Bug bug;
};
void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.bug.name; }

std::vector<Entry> Entries(const char* program, const std::string& table) {
  std::vector<Entry> entries;
  for (Bug& bug : ReadTable(CORPUS_FOLDER "/" + table)) {
    if (bug.category == "coroutines" && CORPUS_HAS_COROUTINES == 0) continue;
    entries.push_back({program, std::move(bug)});
  }
  return entries;
}

std::string NameOf(const testing::TestParamInfo<Entry>& info) { return info.param.bug.name; }

class Corpus : public testing::TestWithParam<Entry> {
 protected:
  /// Runs one test of the program in a process of its own.
  Outcome RunTest(const std::string& options) {
    return RunProgram(GetParam().program, {"--gtest_filter=" + test_},
                      {{"TASKLEAK_OPTIONS", options + ":json=" + report_}});
  }

  /// Selects the test of that form.
  void Choose(const std::string& suite) { test_ = suite + "." + bug().name; }
  [[nodiscard]] Findings Found() const { return ReadFindings(report_); }
  [[nodiscard]] static const Bug& bug() { return GetParam().bug; }
  [[nodiscard]] const std::string& test() const { return test_; }

 private:
  const TemporaryDirectory directory_;
  const std::string report_ = directory_.File("report.json");
  std::string test_;
};

/// Removes the first unit that is as expected from `units`.
void TakeOne(const Stay& expected, std::vector<Reported>* units) {
  const auto found = std::find_if(units->begin(), units->end(), [&expected](const Reported& unit) {
    return Matches(expected, unit.stay);
  });
  if (found == units->end()) {
    ADD_FAILURE() << "not reported: " << PrintToString(expected);
  } else {
    units->erase(found);
  }
}

/// The test did not create its own thread. All others name the test, and the code that created
/// them.
void ExpectOrigins(const Findings& findings, const Bug& bug, const std::string& test) {
  int without = 0;
  for (const Reported& unit : findings.units) {
    if (unit.origin.empty()) {
      ++without;
      EXPECT_THAT(unit.stay.functions, Contains(HasSubstr(bug.name + "_Test::TestBody")));
    } else {
      EXPECT_EQ(unit.origin, test);
      EXPECT_THAT(unit.created_by, Contains(HasSubstr(bug.name)));
    }
  }
  EXPECT_EQ(without, bug.body_blocks ? 1 : 0);
}

/// All mutexes of the kernels have an owner, and so does a join.
void ExpectHolders(const Findings& findings) {
  for (const Reported& unit : findings.units) {
    if (unit.stay.state == "mutex" || unit.stay.state == "join") {
      EXPECT_TRUE(unit.has_holder) << PrintToString(unit.stay);
    }
  }
}

TEST_P(Corpus, FindsTheBug) {
  Choose("Buggy");
  const Outcome outcome = RunTest("drain=300ms:drain_max=1s:hang_timeout=" +
                                  std::string(bug().body_blocks ? "2s" : "30s"));
  SCOPED_TRACE(outcome.out + outcome.err);
  ASSERT_EQ(outcome.exit_code, 1);
  Findings findings = Found();
  RecordProperty("units", static_cast<int>(findings.units.size()));
  RecordProperty("deadlocks", static_cast<int>(findings.deadlocks.size()));
  EXPECT_EQ(findings.verdict, bug().body_blocks ? "hang" : "leak");
  EXPECT_EQ(findings.units.size(), bug().stay.size());
  ExpectOrigins(findings, bug(), test());
  ExpectHolders(findings);
  for (const Stay& expected : bug().stay) TakeOne(expected, &findings.units);
  for (const Reported& unit : findings.units)
    ADD_FAILURE() << "reported, but not expected: " << PrintToString(unit.stay);
  if (bug().deadlock.empty()) {
    EXPECT_THAT(findings.deadlocks, IsEmpty());
  } else {
    EXPECT_THAT(findings.deadlocks, ElementsAre(bug().deadlock));
  }
  EXPECT_EQ(findings.notes, "[]");
}

TEST_P(Corpus, PassesTheFixedForm) {
  Choose("Fixed");
  const Outcome outcome = RunTest("hang_timeout=30s");
  SCOPED_TRACE(outcome.out + outcome.err);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("[       OK ] " + test()));
  EXPECT_EQ(Found().verdict, "");
}

class CorpusOfReaders : public Corpus {};

TEST_P(CorpusOfReaders, NamesTheDeadlockIfTheHooksRecordReaders) {
  Choose("Buggy");
  const Outcome outcome = RunTest("lock_hooks=1:hang_timeout=30s");
  SCOPED_TRACE(outcome.out + outcome.err);
  ASSERT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(Found().deadlocks, ElementsAre(bug().deadlock_with_lock_hooks));
}

std::vector<Entry> OfReaders(std::vector<Entry> entries) {
  std::erase_if(entries,
                [](const Entry& entry) { return entry.bug.deadlock_with_lock_hooks.empty(); });
  return entries;
}

INSTANTIATE_TEST_SUITE_P(Go, CorpusOfReaders,
                         testing::ValuesIn(OfReaders(Entries(KERNELS, "go_bugs.json"))), NameOf);
INSTANTIATE_TEST_SUITE_P(Cpp, CorpusOfReaders,
                         testing::ValuesIn(OfReaders(Entries(KERNELS, "cpp_bugs.json"))), NameOf);
INSTANTIATE_TEST_SUITE_P(Go, Corpus, testing::ValuesIn(Entries(KERNELS, "go_bugs.json")), NameOf);
INSTANTIATE_TEST_SUITE_P(Cpp, Corpus, testing::ValuesIn(Entries(KERNELS, "cpp_bugs.json")), NameOf);
#ifdef FIBER_KERNELS
INSTANTIATE_TEST_SUITE_P(Fiber, Corpus,
                         testing::ValuesIn(Entries(FIBER_KERNELS, "fiber_bugs.json")), NameOf);
#endif

}  // namespace
}  // namespace taskleak
