#include "listener.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "framework.h"
#include "section_path.h"
#include "taskleak/catch2.h"
#include "taskleak/internal/code_options.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak::catch2 {
namespace {

// The test case that runs. The watching thread reads it when the test case hangs.
std::atomic<const Catch::TestCaseInfo*> current_test{nullptr};
// Whether a failure of the test case is still counted. Only the thread that runs the tests uses it.
bool in_pass = false;

std::string PlaceOf(const Catch::TestCaseInfo& test) {
  return std::string(test.lineInfo.file) + ":" + std::to_string(test.lineInfo.line);
}

void Say(const std::string& why, const std::string& text) {
  std::fprintf(stderr, "taskleak: %s:\n%s\n", why.c_str(), text.c_str());
}

// Makes the exit code 1 if no test is left to fail. The caller of Catch2 ends the process with
// Catch2's result. A handler that calls exit(3) again goes on with the remaining handlers and the
// new status.
void FailTheProcess() {
  static const bool fails = on_exit(
                                [](int status, void*) {
                                  if (status == EXIT_SUCCESS) std::exit(EXIT_FAILURE);
                                },
                                nullptr) == 0;
  if (!fails) std::fputs("taskleak: no memory to make the exit code 1\n", stderr);
}

// Takes no memory, since there may be none.
void SayUnchecked(const char* what, const char* why) {
  FailTheProcess();
  std::fprintf(stderr, "taskleak: %s was not checked: %s\n", what, why);
}

constexpr const char* kUnknown = "an exception of an unknown type";

// Runs on taskleak's watching thread, which must not touch the reporters: they may be in the middle
// of anything.
void SayThatItHangs(const std::string& text) {
  std::fprintf(stderr, "taskleak: %s", text.c_str());
  const Catch::TestCaseInfo* const test = current_test.load();
  if (test != nullptr) std::fprintf(stderr, "taskleak: it is at %s\n", PlaceOf(*test).c_str());
}

// The thread that runs the tests.
std::thread::id test_thread;

// Runs on the thread that ends the process. Any other thread than the tests' must not touch the
// reporters.
void EndReports(const std::string& text) {
  if (std::this_thread::get_id() == test_thread && in_pass) internal::EndReports(text);
}

// Returns the key of the claim on this copy of Catch2. Each copy in the process runs its own tests.
std::string ClaimKey() {
  return "catch2:" + std::to_string(reinterpret_cast<std::uintptr_t>(
                         static_cast<const void*>(&Catch::getRegistryHub())));
}

// Returns false for the listener of a second copy of this file.
bool IsTheListener() {
  static const bool claimed = ClaimOnce(ClaimKey());
  return claimed;
}

// Returns the key that is claimed as well for the options in force, so that another copy can see
// whether they are its own.
std::string OptionsKey(const Options& options) {
  return ClaimKey() + ":" +
         std::to_string(std::hash<std::string>()(taskleak::internal::IdentityOf(options)));
}

// Holds the options that code has set. There is one for all copies of this file that share symbols.
struct Settings {
  Options options;
  std::string conflict;   // of two sets; empty: none
  bool in_force = false;  // the session runs with them
};

Settings& TheSettings();

[[noreturn]] void Refuse(const char* why) {
  std::fprintf(stderr, "taskleak: %s\n", why);
  std::fflush(nullptr);
  std::_Exit(2);
}

// Accepts that another copy of taskleak (in another library) checks these tests. Ends the program
// if that copy does not have these options.
void AcceptOtherCopy(const Settings& settings) {
  if (settings.in_force || taskleak::internal::AreSame(settings.options, {}) ||
      taskleak::internal::IsClaimed(OptionsKey(settings.options)))
    return;
  Refuse(("another copy of taskleak in this process checks these tests, and does not see the "
          "options " +
          taskleak::internal::Describe(settings.options) +
          ". Set them in that copy, or in TASKLEAK_OPTIONS")
             .c_str());
}

/// Translates Catch2's events.
///
/// A test case is run in passes: again and again, as long as there are sections or generated values
/// that no pass has come to. Each pass is a piece of the test case, and is checked at its end, the
/// one moment at which a listener's failure counts. If a pass enters a section, the piece begins
/// anew there: what the body made before (for example a static object) may serve later passes, and
/// is checked with the test case after the last pass.
class Listener : public internal::ListenerBase {
 public:
  using internal::ListenerBase::ListenerBase;

  // Every listener has seen the end of the run by now, so what they keep for the length of the run
  // is gone.
  ~Listener() override {
    try {
      if (!Listens()) return;
      const auto text = run_->RunEnded();
      if (!text) return;
      FailTheProcess();
      Say("found when no test was left to fail", *text);
    } catch (const std::exception& error) {
      SayUnchecked("the end of the run", error.what());
    } catch (...) {
      SayUnchecked("the end of the run", kUnknown);
    }
  }

  void testRunStarting(Catch::TestRunInfo const&) override {
    Settings& settings = TheSettings();
    if (!IsTheListener()) return AcceptOtherCopy(settings);
    settings.in_force = true;
    static_cast<void>(ClaimOnce(OptionsKey(settings.options)));
    if (!settings.conflict.empty()) Refuse(settings.conflict.c_str());
    if (!internal::AgreesWithCatch2()) {
      Refuse("CATCH_CONFIG_ENABLE_BENCHMARKING must be defined for the whole target or not at all");
    }
    try {
      run_.emplace(internal::ListenerOptions(), SayThatItHangs, EndReports);
      run_->RunStarted();
    } catch (const std::exception& error) {
      Refuse(error.what());
    }
    test_thread = std::this_thread::get_id();
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
      if (path_.empty()) run_->PieceStarted();
      path_.Enter(depth_ - 1, section.name);
    }
    ++depth_;
  }

  void sectionEnded(Catch::SectionStats const& section) override {
    if (!Listens() || --depth_ != 0) return;
    try {
      EndPass(section);
    } catch (const std::exception& error) {
      SayUnchecked(test_->name.c_str(), error.what());
    } catch (...) {
      SayUnchecked(test_->name.c_str(), kUnknown);
    }
    in_pass = false;
  }

  void testCaseEnded(Catch::TestCaseStats const&) override {
    current_test.store(nullptr);
    if (Listens()) run_->PhaseStarted("the code after the test case", test_->name);
  }

  // The events that follow come from inside the signal handler.
  void fatalErrorEncountered(Catch::StringRef) override { dying_.store(true); }

 private:
  [[nodiscard]] bool Listens() const { return run_.has_value() && !dying_.load(); }

  void StartPass() {
    ++passes_;
    path_.Clear();
    if (allow_) allowing_.emplace("[AllowLeaks]");
    if (!std::exchange(in_case_, true)) run_->TestStarted(test_->name);
    run_->PieceStarted();
    in_pass = true;
  }

  void EndPass(const Catch::SectionStats& section) {
    allowing_.reset();
    if (internal::AnotherPassFollows() || passes_ > 1 || !path_.empty())
      Report(run_->PieceEnded(PassName(), verify_), section);
    // A failure of the pass may have made it the last one (--abort).
    if (!internal::AnotherPassFollows()) {
      in_case_ = false;
      Report(run_->TestEnded(verify_), section);
    }
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
  bool in_case_ = false;  // a test case has begun, and no pass was its end

  std::optional<AllowLeaks> allowing_;
  std::size_t depth_ = 0;
  internal::SectionPath path_;
  std::string scope_;
};

CATCH_REGISTER_LISTENER(Listener)

}  // namespace

namespace {

Settings& TheSettings() {
  static Settings settings;
  return settings;
}

}  // namespace

Options& internal::ListenerOptions() { return TheSettings().options; }

// Before the session there may be no code that catches an exception: the session refuses to run
// instead.
void SetOptions(const Options& options) {
  Settings& settings = TheSettings();
  try {
    Options combined = taskleak::internal::Combined(settings.options, options);
    if (settings.in_force && !taskleak::internal::AreSame(combined, settings.options)) {
      throw std::invalid_argument(
          "SetOptions(" + taskleak::internal::Describe(options) +
          ") was called after the session had begun; call it before the session runs");
    }
    settings.options = std::move(combined);
  } catch (const std::invalid_argument& error) {
    if (settings.in_force) throw;
    settings.conflict = error.what();
  }
}

std::string internal::CurrentTestName() {
  const Catch::TestCaseInfo* const test = current_test.load();
  return test == nullptr ? std::string() : test->name;
}

void internal::FailCurrentTest(const std::string& text) noexcept {
  try {
    const Catch::TestCaseInfo* const test = current_test.load();
    if (test == nullptr || !in_pass) {
      FailTheProcess();
      Say("found outside of the test cases", text);
    } else if (test->okToFail()) {
      Say(PlaceOf(*test) + ": not counted in the result of \"" + test->name +
              "\", because it is tagged [!mayfail] or [!shouldfail]",
          text);
    } else {
      FailTestCase(*test, text);
    }
  } catch (...) {  // out of memory, or a reporter that throws
  }
}

}  // namespace taskleak::catch2
