// Functions that the listener and the checks of a scope share.
#ifndef TASKLEAK_GTEST_PLUGIN_SRC_LISTENER_H_
#define TASKLEAK_GTEST_PLUGIN_SRC_LISTENER_H_

#include "taskleak/options.h"

namespace taskleak::gtest::internal {

/// Returns the options given to SetOptions, or the defaults before that.
[[nodiscard]] Options& ListenerOptions();

}  // namespace taskleak::gtest::internal

#endif  // TASKLEAK_GTEST_PLUGIN_SRC_LISTENER_H_
