// Fails tests of Catch2 3 and 2 on growth.
#ifndef TASKLEAK_LIVE_CATCH2_H_
#define TASKLEAK_LIVE_CATCH2_H_

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include "taskleak/live/no_growth.h"

/// Runs statements `runs` times (at least 24) and fails if a group of threads or tasks, or the
/// descriptors of one kind, grow with the runs (GrowthCheck). It is an assertion like CHECK. Does
/// not judge statements that throw or that leave by `return` or `break`.
///
/// Example:
///   CHECK_NO_GROWTH(200, {
///     Client client(server.address());
///     client.Subscribe("news");
///   });
#define CHECK_NO_GROWTH(runs, ...)                                              \
  for (::taskleak::live::GrowthCheck taskleak_growth_check(runs, #__VA_ARGS__); \
       taskleak_growth_check.Next();)                                           \
    if (taskleak_growth_check.InStatement()) {                                  \
      __VA_ARGS__;                                                              \
    } else                                                                      \
      FAIL_CHECK(taskleak_growth_check.failure())

#endif  // TASKLEAK_LIVE_CATCH2_H_
