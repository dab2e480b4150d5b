// Fails tests of GoogleTest on growth.
#ifndef TASKLEAK_LIVE_GTEST_H_
#define TASKLEAK_LIVE_GTEST_H_

#include <gtest/gtest.h>

#include "taskleak/live/no_growth.h"

/// Runs a statement `runs` times (at least 24) and fails, at this line, if a group of threads or
/// tasks, or the descriptors of one kind, grow with the runs (GrowthCheck). For what a statement
/// leaves behind once, use EXPECT_NO_LEAKS. Does not judge a statement that throws or that leaves
/// by `return` or `break`. You can stream more into the message.
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
