// Whether a std::jthread was asked to stop, from its stack and its argument.
#include "explain/stop_state.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::explain {
namespace {

constexpr char kWithToken[] =
    "std::thread::_State_impl<std::thread::_Invoker<std::tuple<main::{lambda(std::stop_token)#1}, "
    "std::stop_token> > >::_M_run()";

// The argument that libstdc++ passes to a thread: a table of virtual functions, and the tuple. The
// last element of the tuple comes first.
struct State {
  const void* functions = nullptr;
  std::stop_token token;
};

symbolize::ResolvedStack StackIn(const std::string& function) {
  std::vector<Frame> frames(2);
  frames[0].function = "pause";
  frames[1].function = function;
  symbolize::ResolvedStack resolved;
  resolved.stack = Stack(std::move(frames));
  return resolved;
}

std::uintptr_t AddressOf(const State& state) { return reinterpret_cast<std::uintptr_t>(&state); }

TEST(StopStateTest, TheTokenSaysWhetherStopWasRequested) {
  std::stop_source source;
  const State state{nullptr, source.get_token()};
  EXPECT_EQ(StopRequested(StackIn(kWithToken), AddressOf(state)), false);
  source.request_stop();
  EXPECT_EQ(StopRequested(StackIn(kWithToken), AddressOf(state)), true);
}

TEST(StopStateTest, OnlyAFunctionThatTakesATokenAndNothingElseIsUnderstood) {
  std::stop_source source;
  const State state{nullptr, source.get_token()};
  const struct {
    const char* function;
    std::optional<bool> expected;
  } cases[] = {
      {kWithToken, false},
      {"std::thread::_State_impl<std::thread::_Invoker<std::tuple<Run, "
       "std::stop_token>>>::_M_run()",
       false},
      {"std::thread::_State_impl<std::thread::_Invoker<std::tuple<Run> > >::_M_run()", {}},
      {"std::thread::_State_impl<std::thread::_Invoker<std::tuple<Run, std::stop_token, int> > "
       ">::_M_run()",
       {}},
      {"my::_State_impl<std::thread::_Invoker<std::tuple<Run, std::stop_token> > >::_M_run()", {}},
      {"Run(std::stop_token)", {}},
      {"", {}},
  };
  for (const auto& each : cases)
    EXPECT_EQ(StopRequested(StackIn(each.function), AddressOf(state)), each.expected)
        << each.function;
}

TEST(StopStateTest, WhatCannotBeReadIsNotKnown) {
  const State without_state{nullptr, std::stop_token()};
  EXPECT_EQ(StopRequested(StackIn(kWithToken), AddressOf(without_state)), std::nullopt);
  EXPECT_EQ(StopRequested(StackIn(kWithToken), 0), std::nullopt);
  EXPECT_EQ(StopRequested(StackIn(kWithToken), 4096), std::nullopt);
  // A state without an owner was freed.
  const std::uint32_t freed[2] = {0, 1};
  const std::uintptr_t freed_state[2] = {0, reinterpret_cast<std::uintptr_t>(&freed)};
  EXPECT_EQ(StopRequested(StackIn(kWithToken), reinterpret_cast<std::uintptr_t>(&freed_state)),
            std::nullopt);
}

}  // namespace
}  // namespace taskleak::explain
