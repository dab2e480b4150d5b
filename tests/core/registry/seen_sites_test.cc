#include "registry/seen_sites.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "registry/ramp_sites.h"
#include "taskleak/internal/coroutine_frame.h"

namespace taskleak::registry {
namespace {

using internal::SeenSites;
using internal::SeenSitesOf;
using internal::WasSeen;

// Addresses in this program that share one set, from that of this function on.
std::vector<std::uintptr_t> CallsOfOneSet(std::size_t count) {
  std::vector<std::uintptr_t> calls;
  auto call = reinterpret_cast<std::uintptr_t>(&CallsOfOneSet);
  const SeenSites* const set = &SeenSitesOf(call);
  for (; calls.size() < count; ++call) {
    if (&SeenSitesOf(call) == set) calls.push_back(call);
  }
  return calls;
}

TEST(SeenSitesTest, CallsThatShareASetAreEachLookedUpOnce) {
  const auto calls = CallsOfOneSet(SeenSites().words.size());
  for (const std::uintptr_t call : calls) {
    EXPECT_FALSE(WasSeen(call, call << 1));
    EXPECT_EQ(FindRampSite(call), nullptr);
  }
  for (const std::uintptr_t call : calls) EXPECT_TRUE(WasSeen(call, call << 1));
}

TEST(SeenSitesTest, WhenASetIsFullNewerCallsTakeThePlacesOfOlderOnes) {
  const auto calls = CallsOfOneSet(2 * SeenSites().words.size());
  for (const std::uintptr_t call : calls) {
    EXPECT_EQ(FindRampSite(call), nullptr);
    EXPECT_TRUE(WasSeen(call, call << 1));
  }
}

TEST(SeenSitesTest, WhatIsForgottenIsOneModulesOnly) {
  const auto calls = CallsOfOneSet(2);
  KeepSeen(calls[0], calls[0] << 1);
  KeepSeen(calls[1], calls[1] << 1);
  ForgetSeen(calls[0], calls[0] + 1);
  EXPECT_FALSE(WasSeen(calls[0], calls[0] << 1));
  EXPECT_TRUE(WasSeen(calls[1], calls[1] << 1));
}

}  // namespace
}  // namespace taskleak::registry
