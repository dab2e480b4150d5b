// The program's Catch2, 3 or 2, and what taskleak uses of it beyond its documented interface.
//
// Catch2 documents listeners, but not that a listener may fail a test. What is relied upon is
// confined to this file, and was tried with Catch2 2.13.10 and with versions from 3.4.0 to 3.12.0;
// docs/compatibility.md says how.
//
// Where both versions can be included, 3 is taken, unless TASKLEAK_CATCH2_V2 is defined.
#ifndef TASKLEAK_CATCH2_PLUGIN_SRC_FRAMEWORK_H_
#define TASKLEAK_CATCH2_PLUGIN_SRC_FRAMEWORK_H_

#if !defined(TASKLEAK_CATCH2_V2) && __has_include(<catch2/catch_version_macros.hpp>)
#include <catch2/catch_assertion_info.hpp>
#include <catch2/catch_config.hpp>
#include <catch2/catch_section_info.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/catch_version_macros.hpp>
#include <catch2/interfaces/catch_interfaces_capture.hpp>
#include <catch2/interfaces/catch_interfaces_registry_hub.hpp>
#include <catch2/interfaces/catch_interfaces_reporter.hpp>
#include <catch2/internal/catch_assertion_handler.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#elif !defined(TASKLEAK_CATCH2_V2) && __has_include(<catch2/catch_amalgamated.hpp>)
#include <catch2/catch_amalgamated.hpp>
#elif !defined(TASKLEAK_CATCH2_V2) && __has_include(<catch_amalgamated.hpp>)
#include <catch_amalgamated.hpp>
#else
#ifndef CATCH_CONFIG_EXTERNAL_INTERFACES
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#endif
#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#elif __has_include(<catch.hpp>)
#include <catch.hpp>
#else
#error "taskleak's Catch2 plugin finds no Catch2: link Catch2::Catch2 beside taskleak::catch2_auto"
#endif
#endif

// Catch2 3.12 and older: what later versions keep where has not been tried.
#if CATCH_VERSION_MAJOR == 3 && CATCH_VERSION_MINOR <= 12 && \
    __has_include(<catch2/internal/catch_run_context.hpp>)
#include <catch2/internal/catch_run_context.hpp>
#define TASKLEAK_CATCH2_SHOWS_PASSES
#endif

#include <strings.h>

#include <string>
#include <string_view>

namespace taskleak::catch2::internal {

#if CATCH_VERSION_MAJOR == 2
using ListenerBase = Catch::TestEventListenerBase;
#else
using ListenerBase = Catch::EventListenerBase;
#endif

/// Fails the test case that runs, at its own line, without the exception by which an assertion may
/// leave a test. The failure counts only until the outermost sectionEnded of a pass has returned.
/// There, call it before the reporters have seen that event, as listeners are.
inline void FailTestCase(const Catch::TestCaseInfo& test, const std::string& text) {
  const Catch::AssertionInfo info{"taskleak", test.lineInfo, "",
                                  Catch::ResultDisposition::ContinueOnFailure};
  Catch::AssertionReaction not_for_listeners;
  Catch::getResultCapture().handleMessage(info, Catch::ResultWas::ExplicitFailure,
                                          std::string(text), not_for_listeners);
}

/// Ends the running test case, and the run, in the reporters, as Catch2 does when a signal ends the
/// process. `text` becomes a failure of the test case. Call it on the thread that runs the test
/// case. Does nothing with Catch2 2: within a section, those of its reporters that write at the end
/// abort with a failed assertion.
inline void EndReports([[maybe_unused]] const std::string& text) {
#if CATCH_VERSION_MAJOR != 2
  Catch::getResultCapture().handleFatalErrorCondition(text);
#endif
}

/// Adds a failure that was raised during `ended` to its counts. The counts were filled before, and
/// JUnit leaves out a test with no assertions. The object is a local variable of Catch2's, not a
/// constant.
inline void CountFailure(const Catch::SectionStats& ended) {
  ++const_cast<Catch::SectionStats&>(ended).assertions.failed;
}

#if CATCH_VERSION_MAJOR == 2

/// Returns whether the reporter shows the message of a failed assertion. This Catch2 does not show
/// which reporter was requested. Of its reporters, only `automake` does not show messages.
inline bool MessagesAreShown(const Catch::IConfig&) { return true; }

#else

/// Returns whether a reporter shows the message of a failed assertion: `automake` and `json` do
/// not. The session's configuration is always a Config.
inline bool MessagesAreShown(const Catch::IConfig& config) {
  for (const auto& reporter : static_cast<const Catch::Config&>(config).getReporterSpecs()) {
    if (reporter.name() != "automake" && reporter.name() != "json") return true;
  }
  return false;
}

#endif

#ifdef TASKLEAK_CATCH2_SHOWS_PASSES

/// Reaches a private member: an explicit instantiation may name it ([temp.spec.general]).
template <typename Tag, typename Tag::Member kMember>
struct Reach {
  friend typename Tag::Member MemberOf(Tag) { return kMember; }
};
struct TestCaseTracker {
  using Member = Catch::TestCaseTracking::ITracker* Catch::RunContext::*;
  friend Member MemberOf(TestCaseTracker);
};
template struct Reach<TestCaseTracker, &Catch::RunContext::m_testCaseTracker>;

/// Returns whether Catch2 is going to run the test case again, for its other sections or generated
/// values. Call it in the outermost sectionEnded of a pass.
inline bool AnotherPassFollows() {
  const auto& run = static_cast<const Catch::RunContext&>(Catch::getResultCapture());
  return !(run.*MemberOf(TestCaseTracker()))->isSuccessfullyCompleted() && !run.aborting();
}

#else

/// Returns false, so that every pass may be the last: this Catch2 does not show it.
inline bool AnotherPassFollows() { return false; }

#endif

#if CATCH_VERSION_MAJOR == 2
// Catch::ListeningReporter::benchmarkStarting(BenchmarkInfo const&), if Catch2 was compiled with
// it.
void BenchmarkStarting() __asm__(
    "_ZN5Catch17ListeningReporter17benchmarkStartingERKNS_13BenchmarkInfoE") __attribute__((weak));
#endif

/// Returns whether this file sees the classes of Catch2 as Catch2 itself was compiled:
/// CATCH_CONFIG_ENABLE_BENCHMARKING adds virtual functions to those of Catch2 2.
inline bool AgreesWithCatch2() {
#if CATCH_VERSION_MAJOR == 2 && defined(CATCH_CONFIG_ENABLE_BENCHMARKING)
  return &BenchmarkStarting != nullptr;
#elif CATCH_VERSION_MAJOR == 2
  return &BenchmarkStarting == nullptr;
#else
  return true;
#endif
}

/// Returns whether the text of a tag, without brackets, is `wanted` in upper or lower case, as
/// Catch2 compares tags.
inline bool IsTag(std::string_view tag, std::string_view wanted) {
  return tag.size() == wanted.size() && strncasecmp(tag.data(), wanted.data(), tag.size()) == 0;
}

inline bool HasTag(const Catch::TestCaseInfo& test, std::string_view wanted) {
  for (const auto& tag : test.tags) {
#if CATCH_VERSION_MAJOR == 2
    if (IsTag(tag, wanted)) return true;
#else
    if (IsTag({tag.original.data(), tag.original.size()}, wanted)) return true;
#endif
  }
  return false;
}

}  // namespace taskleak::catch2::internal

#endif  // TASKLEAK_CATCH2_PLUGIN_SRC_FRAMEWORK_H_
