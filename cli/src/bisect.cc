#include "bisect.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <utility>

#include "child_process.h"
#include "progress.h"
#include "report/wording.h"
#include "selected_tests.h"
#include "shell_command.h"
#include "temporary_folder.h"
#include "test_entry.h"

namespace taskleak::cli {
namespace {

using Names = std::vector<std::string>;
using Counts = std::map<std::string, std::size_t>;  // of leaked units, by signature

// Cuts `all` into `count` pieces of about the same size.
std::vector<Names> Cut(const Names& all, std::size_t count) {
  std::vector<Names> pieces;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = [&](std::size_t piece) {
      return all.begin() + static_cast<std::ptrdiff_t>(all.size() * piece / count);
    };
    pieces.emplace_back(at(i), at(i + 1));
  }
  return pieces;
}

Names AllBut(const std::vector<Names>& pieces, std::size_t left_out) {
  Names rest;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i != left_out) rest.insert(rest.end(), pieces[i].begin(), pieces[i].end());
  }
  return rest;
}

/// Counts the reported leaks of one test. A plugin names a test alone or with sections (" /
/// section").
class LeaksOf final : public ReportSink {
 public:
  explicit LeaksOf(const std::string& test) : test_(test) {}
  void OnTest(Json test) override {
    const std::string name = TextAt(test, "test");
    if (name != test_ && !name.starts_with(test_ + " / ")) return;
    for (const Json& group : test["groups"])
      counts_[TextAt(group, "signature")] += NumberAt(group, "count");
  }
  void OnChecked(report::CheckedScope) override {}
  void OnSuppression(rules::SuppressionCount) override {}
  void OnNote(std::string) override {}
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  const std::string& test_;
  Counts counts_;
};

/// Runs a test after others.
class Question {
 public:
  Question(const TestProgram& program, const WatchSettings& settings, const std::string& test,
           std::size_t before)
      : program_(program), settings_(settings), test_(test), before_(before) {
    settings_.test = test;
  }

  /// Returns true if the test leaks after `earlier`. If no plugin names the test of a leak, the
  /// process must leave more behind than without the test.
  bool Leaks(const Names& earlier) {
    Names tests = earlier;
    tests.push_back(test_);
    const auto [with, has_plugin] = Run(tests, &command_);
    bool leaks = !with.empty();
    if (leaks && !has_plugin && !earlier.empty()) {
      Counts without = Run(earlier, nullptr).first;
      leaks = std::ranges::any_of(
          with, [&](const auto& leak) { return leak.second > without[leak.first]; });
    }
    if (leaks && !earlier.empty()) suspects_ = std::min(suspects_, earlier.size());
    return leaks;
  }

  [[nodiscard]] std::size_t runs() const { return runs_; }
  /// Call it before something else is printed.
  void ClearProgress() { progress_.Clear(); }
  /// Returns the last command that ran the test.
  [[nodiscard]] const std::vector<std::string>& command() const { return command_; }

 private:
  std::pair<Counts, bool> Run(const Names& tests, std::vector<std::string>* command) {
    if (Interrupted()) throw std::runtime_error("interrupted");
    ShowProgress();
    const TestsEnd end =
        RunTests(program_, tests, settings_, folder_.File(std::to_string(runs_++)));
    LeaksOf leaks(test_);
    static_cast<void>(ReadFileInto(end.report, leaks));  // a process that crashed has no report
    if (leaks.counts().empty() && !end.process.looked)
      throw std::runtime_error(fmt::format("a run of {} could not be judged: {}",
                                           report::Count(tests.size(), "test"),
                                           end.process.why_not_looked()));
    if (command != nullptr) *command = end.command;
    return {leaks.counts(), end.process.has_plugin};
  }

  // Shows how often the suspects have been halved, out of how often they can be.
  void ShowProgress() {
    const std::size_t all = std::bit_width(before_);
    progress_.Show(
        all - std::bit_width(suspects_), all,
        fmt::format("run {}, {} left to suspect", runs_ + 1, report::Count(suspects_, "test")));
  }

  const TestProgram& program_;
  WatchSettings settings_;
  const std::string& test_;
  const std::size_t before_;  // tests before it
  std::size_t suspects_ = before_;
  Progress progress_;
  const TemporaryFolder folder_;
  std::vector<std::string> command_;
  std::size_t runs_ = 0;
};

void PrintCulprits(const std::string& test, const Names& culprits, std::size_t candidates,
                   Question& question) {
  question.ClearProgress();
  if (culprits.empty()) {
    std::printf("%s leaks by itself\n", test.c_str());
  } else {
    std::printf("%s leaks after %s of the %zu before it (%zu runs):\n", test.c_str(),
                report::Count(culprits.size(), "test").c_str(), candidates, question.runs());
    for (const std::string& culprit : culprits) std::printf("  %s\n", culprit.c_str());
  }
  const std::string command = ShellCommand("taskleak run --", question.command());
  std::printf("to see it: %s\n", command.c_str());
}

}  // namespace

Names Minimize(const Names& all, const std::function<bool(const Names&)>& holds) {
  Names left = all;
  for (std::size_t count = 2; left.size() > 1;) {
    count = std::min(count, left.size());
    const std::vector<Names> pieces = Cut(left, count);
    const auto piece = std::ranges::find_if(pieces, holds);
    if (piece != pieces.end()) {
      left = *piece;
      count = 2;
      continue;
    }
    std::size_t needless = 0;
    // If there are two pieces, each is the complement of the other.
    while (needless < pieces.size() && (count == 2 || !holds(AllBut(pieces, needless)))) ++needless;
    if (needless < pieces.size()) {
      left = AllBut(pieces, needless);
      --count;
    } else if (count == left.size()) {
      break;
    } else {
      count *= 2;
    }
  }
  return left;
}

ExitCode Bisect(const TestProgram& program, const WatchSettings& settings,
                const std::string& test) {
  const auto at = std::ranges::find(program.tests(), test);
  if (at == program.tests().end())
    throw std::runtime_error(test + ": the program has no such test");
  const Names before(program.tests().begin(), at);
  Question question(program, settings, test, before.size());
  if (question.Leaks({})) {
    PrintCulprits(test, {}, before.size(), question);
    return kLeaks;
  }
  if (before.empty() || !question.Leaks(before)) {
    question.ClearProgress();
    std::printf("%s does not leak, neither by itself nor after the %s before it\n", test.c_str(),
                report::Count(before.size(), "test").c_str());
    return kClean;
  }
  const Names culprits =
      Minimize(before, [&question](const Names& earlier) { return question.Leaks(earlier); });
  question.Leaks(culprits);  // sets command(), and confirms the result
  PrintCulprits(test, culprits, before.size(), question);
  return kLeaks;
}

}  // namespace taskleak::cli
