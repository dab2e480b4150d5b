#include "listener.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "framework.h"
#include "section_path.h"
#include "taskleak/catch2.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak::catch2 {
namespace {

// The test case that runs. Read by the watching thread when it hangs.
std::atomic<const Catch::TestCaseInfo*> current_test{nullptr};
// Whether a failure of it is still counted.
bool in_pass = false;

std::string PlaceOf(const Catch::TestCaseInfo& test) {
  return std::string(test.lineInfo.file) + ":" + std::to_string(test.lineInfo.line);
}

void Say(const std::string& why, const std::string& text) {
  std::fprintf(stderr, "taskleak: %s:\n%s\n", why.c_str(), text.c_str());
}

// On taskleak's watching thread. The reporters are not to be touched from there: they may be in the
// middle of anything. The report itself is on standard error already.
void SayWhereItHangs(const std::string&) {
  const Catch::TestCaseInfo* const test = current_test.load();
  if (test != nullptr) std::fprintf(stderr, "taskleak: it is at %s\n", PlaceOf(*test).c_str());
}

// One claim for each copy of Catch2 in the process, each of which runs its own tests: false for the
// listener of a second copy of this file.
bool IsTheListener() {
  static const bool claimed =
      ClaimOnce("catch2:" + std::to_string(reinterpret_cast<std::uintptr_t>(
                                static_cast<const void*>(&Catch::getRegistryHub()))));
  return claimed;
}

[[noreturn]] void Refuse(const char* why) {
  std::fprintf(stderr, "taskleak: %s\n", why);
  std::fflush(nullptr);
  std::_Exit(2);
}

/// Translates Catch2's events.
///
/// A test case is run in passes: again and again, as long as there are sections or generated values
/// that no pass has come to. Each pass is checked at its end, the one moment at which a listener's
/// failure counts:
///   - in a pass that enters a section, for what was born since: that is the pass's own. What the
///     body made before (a static object, say) may serve later passes, and is checked in the last;
///   - in another pass, for what was born in it.
class Listener : public internal::ListenerBase {
 public:
  using internal::ListenerBase::ListenerBase;

  // Here every listener has seen the end of the run: what they keep for its length is gone.
  ~Listener() override {
    try {
      if (!Listens()) return;
      const auto text = run_->RunEnded();
      if (!text) return;
      internal::FoundAfterTests() = true;
      Say("found when no test was left to fail", *text);
    } catch (...) {  // out of memory: nothing can be said
    }
  }

  void testRunStarting(Catch::TestRunInfo const&) override {
    if (!IsTheListener()) return;
    if (!internal::AgreesWithCatch2()) {
      Refuse("CATCH_CONFIG_ENABLE_BENCHMARKING must be defined for the whole target or not at all");
    }
    try {
      run_.emplace(internal::ListenerOptions(), SayWhereItHangs);
      run_->RunStarted();
    } catch (const std::exception& error) {
      Refuse(error.what());
    }
    scope_.reserve(256);
  }

  void testCaseStarting(Catch::TestCaseInfo const& test) override {
    if (!Listens()) return;
    current_test.store(&test);
    test_ = &test;
    verify_ = internal::HasTag(test, "VerifyNoLeaks");
    allow_ = internal::HasTag(test, "AllowLeaks");
    passes_ = 0;
    depth_ = 0;
    run_->PhaseStarted("the set-up of the test case", test.name);
  }

  void sectionStarting(Catch::SectionInfo const& section) override {
    if (!Listens()) return;
    if (depth_ == 0) {
      StartPass();
    } else {
      if (path_.empty()) since_ = Snapshot::Take();
      path_.Enter(depth_ - 1, section.name);
    }
    ++depth_;
  }

  void sectionEnded(Catch::SectionStats const& section) override {
    if (!Listens() || --depth_ != 0) return;
    try {
      EndPass(section);
    } catch (...) {  // out of memory: nothing can be said
    }
    in_pass = false;
  }

  void testCaseEnded(Catch::TestCaseStats const&) override {
    current_test.store(nullptr);
    if (Listens()) run_->PhaseStarted("what follows the test case", test_->name);
  }

  // The events that follow come from inside the signal handler.
  void fatalErrorEncountered(Catch::StringRef) override { dying_.store(true); }

 private:
  [[nodiscard]] bool Listens() const { return run_.has_value() && !dying_.load(); }

  void StartPass() {
    ++passes_;
    path_.Clear();
    if (allow_) allowing_.emplace("[AllowLeaks]");
    since_ = run_->TestStarted(test_->name);
    if (passes_ == 1) case_since_ = since_;
    in_pass = true;
  }

  void EndPass(const Catch::SectionStats& section) {
    allowing_.reset();
    Report(run_->TestEnded(since_, PassName(), verify_), section);
    if ((passes_ > 1 || !path_.empty()) && !internal::AnotherPassFollows())
      Report(run_->TestEnded(case_since_, test_->name, verify_), section);
    run_->PhaseStarted("the tear-down of the test case", test_->name);
  }

  // Returns "Case / section / subsection". If nothing else distinguishes passes, it has the number
  // of the pass.
  const std::string& PassName() {
    scope_ = test_->name;
    path_.AppendTo(scope_);
    if (path_.empty() && (passes_ > 1 || internal::AnotherPassFollows()))
      scope_.append(" (pass ").append(std::to_string(passes_)).append(")");
    return scope_;
  }

  void Report(const std::optional<std::string>& text, const Catch::SectionStats& section) const {
    if (!text) return;
    internal::FailCurrentTest(*text);
    if (test_->okToFail()) return;
    internal::CountFailure(section);
    if (!internal::MessagesAreShown(*m_config)) Say(PlaceOf(*test_) + ": failed", *text);
  }

  std::optional<TestRun> run_;
  std::atomic<bool> dying_{false};

  const Catch::TestCaseInfo* test_ = nullptr;
  bool verify_ = false;
  bool allow_ = false;
  int passes_ = 0;
  Snapshot case_since_;

  std::optional<AllowLeaks> allowing_;
  Snapshot since_;
  std::size_t depth_ = 0;
  internal::SectionPath path_;
  std::string scope_;
};

CATCH_REGISTER_LISTENER(Listener)

}  // namespace

Options& internal::ListenerOptions() {
  static Options options;
  return options;
}

void SetOptions(Options options) { internal::ListenerOptions() = std::move(options); }

std::string internal::CurrentTestName() {
  const Catch::TestCaseInfo* const test = current_test.load();
  return test == nullptr ? std::string() : test->name;
}

bool& internal::FoundAfterTests() {
  static bool found = false;
  return found;
}

void internal::FailCurrentTest(const std::string& text) noexcept {
  try {
    const Catch::TestCaseInfo* const test = current_test.load();
    if (test == nullptr || !in_pass) {
      FoundAfterTests() = true;
      Say("found outside of the test cases", text);
    } else if (test->okToFail()) {
      Say(PlaceOf(*test) + ": no part of the result of \"" + test->name +
              "\", which is tagged [!mayfail] or [!shouldfail]",
          text);
    } else {
      FailTestCase(*test, text);
    }
  } catch (...) {  // out of memory, or a reporter that throws
  }
}

}  // namespace taskleak::catch2
