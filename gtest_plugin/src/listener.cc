#include "listener.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "current_test.h"
#include "taskleak/gtest.h"
#include "taskleak/test_run.h"

namespace taskleak::gtest {
namespace {

/// The place of what runs now: of the test, or of a suite's first one.
const testing::TestInfo* CurrentPlace() {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  if (all.current_test_info() != nullptr) return all.current_test_info();
  const testing::TestSuite* const suite = all.current_test_suite();
  return suite == nullptr ? nullptr : suite->GetTestInfo(0);
}

/// Raised on taskleak's watching thread, while what hangs is still the current test or suite.
void FailHangingTest(const std::string& text) {
  try {
    internal::FailAt(CurrentPlace(), text);
  } catch (...) {  // --gtest_throw_on_failure: the failure is printed, and the process ends anyway
  }
}

/// Translates GoogleTest's events.
///
/// A scope is ended only if its start was seen, since a listener may be added while tests run. The
/// run is open from the first event to the end of the environments' TearDown: with
/// --gtest_recreate_environments_when_repeating=0 that is several iterations.
class Listener : public testing::EmptyTestEventListener {
 public:
  explicit Listener(const Options& options) : run_(options, FailHangingTest) {}

  void OnTestIterationStart(const testing::UnitTest&, int) override { StartRun(); }

  void OnEnvironmentsSetUpStart(const testing::UnitTest&) override {
    StartRun();
    run_.PhaseStarted("the environments' SetUp");
  }

  void OnTestSuiteStart(const testing::TestSuite& suite) override {
    StartRun();
    in_suite_ = true;
    tests_to_come_ = suite.test_to_run_count();
    run_.SuiteStarted(suite.name());
    run_.PhaseStarted("SetUpTestSuite", suite.name());
  }

  void OnTestStart(const testing::TestInfo& test) override {
    StartRun();
    in_test_ = true;
    run_.TestStarted(internal::FullName(test));
  }

  // After TearDown and the fixture's destructor; a failure raised here still belongs to the test.
  void OnTestEnd(const testing::TestInfo& test) override {
    if (!std::exchange(in_test_, false)) return;
    if (const auto text = run_.TestEnded()) internal::FailAt(&test, *text);
    if (in_suite_ && --tests_to_come_ == 0)
      run_.PhaseStarted("TearDownTestSuite", test.test_suite_name());
  }

  // After TearDownTestSuite. A suite has no place of its own: its first test's stands for it.
  void OnTestSuiteEnd(const testing::TestSuite& suite) override {
    if (!std::exchange(in_suite_, false)) return;
    if (const auto text = run_.SuiteEnded()) internal::FailAt(suite.GetTestInfo(0), *text);
  }

  void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
    if (in_run_) run_.PhaseStarted("the environments' TearDown");
  }

  // This is the last event in which every version of GoogleTest counts a failure and writes it to
  // XML.
  void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override {
    if (!std::exchange(in_run_, false)) return;
    if (const auto text = run_.RunEnded()) internal::FailAt(nullptr, *text);
  }

  // The run is still open only if no test was selected, for there were no environments then: a
  // shard without tests still gets its JSON report.
  void OnTestProgramEnd(const testing::UnitTest&) override {
    if (std::exchange(in_run_, false)) static_cast<void>(run_.RunEnded());
  }

 private:
  void StartRun() {
    if (!std::exchange(in_run_, true)) run_.RunStarted();
  }

  TestRun run_;
  bool in_run_ = false;
  bool in_suite_ = false;
  bool in_test_ = false;
  int tests_to_come_ = 0;  // in the suite
};

/// Owned here rather than by GoogleTest: a library that is closed while GoogleTest lives on takes
/// its listener with it. GoogleTest's own statics outlive this one, being older.
class Registration {
 public:
  explicit Registration(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {
    testing::UnitTest::GetInstance()->listeners().Append(listener_.get());
  }
  ~Registration() { testing::UnitTest::GetInstance()->listeners().Release(listener_.get()); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::unique_ptr<Listener> listener_;
};

/// One claim for each copy of GoogleTest in the process, each of which runs its own tests.
std::string ClaimKey() {
  return "gtest:" + std::to_string(reinterpret_cast<std::uintptr_t>(
                        static_cast<const void*>(testing::UnitTest::GetInstance())));
}

}  // namespace

Options& internal::ListenerOptions() {
  static Options options;
  return options;
}

void AddListener(Options options) {
  auto listener = std::make_unique<Listener>(options);  // bad options throw before they are claimed
  if (!ClaimOnce(ClaimKey())) return;
  static const Registration registration(std::move(listener));
  internal::ListenerOptions() = std::move(options);
}

}  // namespace taskleak::gtest
