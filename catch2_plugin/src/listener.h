// Functions that the listener shares with the checks of a scope.
#ifndef TASKLEAK_CATCH2_PLUGIN_SRC_LISTENER_H_
#define TASKLEAK_CATCH2_PLUGIN_SRC_LISTENER_H_

#include <optional>
#include <string>

#include "taskleak/options.h"
#include "taskleak/snapshot.h"

namespace taskleak::catch2::internal {

/// Returns the options given to SetOptions, or the defaults before that.
[[nodiscard]] Options& ListenerOptions();

/// Returns the current test case's name, or an empty text outside of one.
[[nodiscard]] std::string CurrentTestName();

/// Fails the current test case with `text`. Prints it to standard error instead if Catch2 would not
/// count the failure, or would count it as the failure that the test case expects. Never throws.
void FailCurrentTest(const std::string& text) noexcept;

}  // namespace taskleak::catch2::internal

#endif  // TASKLEAK_CATCH2_PLUGIN_SRC_LISTENER_H_
