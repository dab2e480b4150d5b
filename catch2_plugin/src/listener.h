// What the listener shares with the checks of a scope.
#ifndef TASKLEAK_CATCH2_PLUGIN_SRC_LISTENER_H_
#define TASKLEAK_CATCH2_PLUGIN_SRC_LISTENER_H_

#include <optional>
#include <string>

#include "taskleak/options.h"
#include "taskleak/snapshot.h"

namespace taskleak::catch2::internal {

/// The options given to SetOptions; the defaults before that.
[[nodiscard]] Options& ListenerOptions();

/// The current test case's name; empty outside of one.
[[nodiscard]] std::string CurrentTestName();

/// Fails the current test case with `text`; says it on standard error where Catch2 would not count
/// it, or count it as the failure that the test case asks for. Never throws.
void FailCurrentTest(const std::string& text) noexcept;

}  // namespace taskleak::catch2::internal

#endif  // TASKLEAK_CATCH2_PLUGIN_SRC_LISTENER_H_
