// Growth as a test failure in GoogleTest.
#ifndef TASKLEAK_LIVE_GTEST_H_
#define TASKLEAK_LIVE_GTEST_H_

#include <gtest/gtest.h>

#include "taskleak/live/no_growth.h"

/// Runs a statement so often (24 times at least) and fails, at this line, if a group of threads or
/// tasks, or descriptors of one kind, grow with it (GrowthCheck). What the statement leaves behind
/// once is for EXPECT_NO_LEAKS. A statement that throws, or leaves by `return` or `break`, is not
/// judged. More can be streamed into the message.
///
/// Example:
///   EXPECT_NO_GROWTH(200, {
///     Client client(server.address());
///     client.Subscribe("news");
///   });
#define EXPECT_NO_GROWTH(runs, ...)                                               \
  switch (0)                                                                      \
  case 0:                                                                         \
  default:                                                                        \
    for (::taskleak::live::GrowthCheck taskleak_growth_check(runs, #__VA_ARGS__); \
         taskleak_growth_check.Next();)                                           \
      if (taskleak_growth_check.InStatement()) {                                  \
        __VA_ARGS__;                                                              \
      } else                                                                      \
        ADD_FAILURE() << taskleak_growth_check.failure()

#endif  // TASKLEAK_LIVE_GTEST_H_
