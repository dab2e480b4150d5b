#include "listener.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "current_test.h"
#include "taskleak/gtest.h"
#include "taskleak/internal/code_options.h"
#include "taskleak/test_run.h"

namespace taskleak::gtest {
namespace {

/// Returns the place of the running test, or of the first test of the running suite.
const testing::TestInfo* CurrentPlace() {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  if (all.current_test_info() != nullptr) return all.current_test_info();
  const testing::TestSuite* const suite = all.current_test_suite();
  return suite == nullptr ? nullptr : suite->GetTestInfo(0);
}

/// Fails the test or suite that hangs. Called on taskleak's watching thread, while the test or
/// suite is still the current one.
void FailHangingTest(const std::string& text) {
  try {
    internal::FailAt(CurrentPlace(), text);
  } catch (...) {  // --gtest_throw_on_failure: the failure is printed, and the process ends anyway
  }
}

/// Translates GoogleTest's events.
///
/// The run is prepared at the first event: until then SetOptions may still set its options.
///
/// A scope is ended only if its start was seen, since a listener may be added while tests run. The
/// run is open from the first event to the end of the environments' TearDown: with
/// --gtest_recreate_environments_when_repeating=0 that is several iterations.
class Listener : public testing::EmptyTestEventListener {
 public:
  [[nodiscard]] bool has_begun() const { return run_.has_value(); }

  void OnTestIterationStart(const testing::UnitTest&, int) override { StartRun(); }

  void OnEnvironmentsSetUpStart(const testing::UnitTest&) override {
    StartRun();
    run_->PhaseStarted("the environments' SetUp");
  }

  void OnTestSuiteStart(const testing::TestSuite& suite) override {
    StartRun();
    in_suite_ = true;
    tests_to_come_ = suite.test_to_run_count();
    run_->SuiteStarted(suite.name());
    run_->PhaseStarted("SetUpTestSuite", suite.name());
  }

  void OnTestStart(const testing::TestInfo& test) override {
    StartRun();
    in_test_ = true;
    run_->TestStarted(internal::FullName(test));
  }

  // After TearDown and the fixture's destructor; a failure raised here still belongs to the test.
  void OnTestEnd(const testing::TestInfo& test) override {
    if (!std::exchange(in_test_, false)) return;
    if (const auto text = run_->TestEnded()) internal::FailAt(&test, *text);
    if (in_suite_ && --tests_to_come_ == 0)
      run_->PhaseStarted("TearDownTestSuite", test.test_suite_name());
  }

  // After TearDownTestSuite. A suite has no place of its own: its first test's stands for it.
  void OnTestSuiteEnd(const testing::TestSuite& suite) override {
    if (!std::exchange(in_suite_, false)) return;
    if (const auto text = run_->SuiteEnded()) internal::FailAt(suite.GetTestInfo(0), *text);
  }

  void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
    if (in_run_) run_->PhaseStarted("the environments' TearDown");
  }

  // This is the last event in which every version of GoogleTest counts a failure and writes it to
  // XML.
  void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override {
    if (!std::exchange(in_run_, false)) return;
    if (const auto text = run_->RunEnded()) internal::FailAt(nullptr, *text);
  }

  // The run is still open only if no test was selected, for there were no environments then: a
  // shard without tests still gets its JSON report.
  void OnTestProgramEnd(const testing::UnitTest&) override {
    if (std::exchange(in_run_, false)) static_cast<void>(run_->RunEnded());
  }

 private:
  void StartRun() {
    if (std::exchange(in_run_, true)) return;
    if (!run_) Prepare();
    run_->RunStarted();
  }

  // What was good when SetOptions looked may be bad by now, such as a file that was removed.
  void Prepare() try {
    run_.emplace(internal::ListenerOptions(), FailHangingTest);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "taskleak: %s\n", error.what());
    std::fflush(nullptr);
    std::_Exit(2);
  }

  std::optional<TestRun> run_;
  bool in_run_ = false;
  bool in_suite_ = false;
  bool in_test_ = false;
  int tests_to_come_ = 0;  // in the suite
};

/// Owned here rather than by GoogleTest: a library that is closed while GoogleTest lives on takes
/// its listener with it. GoogleTest's own statics outlive this one, being older.
class Registration {
 public:
  Registration() { testing::UnitTest::GetInstance()->listeners().Append(listener_.get()); }
  ~Registration() { testing::UnitTest::GetInstance()->listeners().Release(listener_.get()); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  [[nodiscard]] bool run_has_begun() const { return listener_->has_begun(); }

 private:
  std::unique_ptr<Listener> listener_ = std::make_unique<Listener>();
};

/// Returns the key of the claim on this copy of GoogleTest. Each copy in the process runs its own
/// tests.
std::string ClaimKey() {
  return "gtest:" + std::to_string(reinterpret_cast<std::uintptr_t>(
                        static_cast<const void*>(testing::UnitTest::GetInstance())));
}

/// Returns the key that is claimed as well for each set of options in force, so that another copy
/// of taskleak can see whether its own set is in force.
std::string OptionsKey(const Options& options) {
  return ClaimKey() + ":" +
         std::to_string(std::hash<std::string>()(taskleak::internal::IdentityOf(options)));
}

/// Accepts that another copy of taskleak (in another library) checks these tests. Throws if that
/// copy does not have these options.
void AcceptOtherCopy(const Options& options) {
  if (taskleak::internal::AreSame(options, {}) ||
      taskleak::internal::IsClaimed(OptionsKey(options))) {
    return;
  }
  throw std::invalid_argument(
      "another copy of taskleak in this process checks these tests, and does not see the options " +
      taskleak::internal::Describe(options) + ". Set them in that copy, or in TASKLEAK_OPTIONS");
}

// Is empty before the checks are on. GoogleTest's own object is made first, to outlive it.
std::optional<Registration>& TheRegistration() {
  static_cast<void>(testing::UnitTest::GetInstance());
  static std::optional<Registration> registration;
  return registration;
}

}  // namespace

Options& internal::ListenerOptions() {
  static Options options;
  return options;
}

void SetOptions(const Options& options) {
  const std::optional<Registration>& registration = TheRegistration();
  Options combined = taskleak::internal::Combined(internal::ListenerOptions(), options);
  const bool changes = !taskleak::internal::AreSame(combined, internal::ListenerOptions());
  if (registration && registration->run_has_begun() && changes) {
    throw std::invalid_argument(
        "SetOptions(" + taskleak::internal::Describe(options) +
        ") was called after the run had begun; call it before RUN_ALL_TESTS()");
  }
  taskleak::internal::CheckOptions(combined);
  if (registration)
    static_cast<void>(ClaimOnce(OptionsKey(combined)));
  else if (taskleak::internal::IsClaimed(ClaimKey()))
    AcceptOtherCopy(options);
  internal::ListenerOptions() = std::move(combined);
}

void AddListener() {
  std::optional<Registration>& registration = TheRegistration();
  const Options& options = internal::ListenerOptions();
  taskleak::internal::CheckOptions(options);  // before it is claimed
  if (registration) return;
  if (!ClaimOnce(ClaimKey())) return AcceptOtherCopy(options);
  static_cast<void>(ClaimOnce(OptionsKey(options)));
  registration.emplace();
}

void AddListener(const Options& options) {
  SetOptions(options);
  AddListener();
}

}  // namespace taskleak::gtest
