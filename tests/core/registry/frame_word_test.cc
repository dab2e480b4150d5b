#include "registry/frame_word.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <ios>

namespace taskleak::registry {
namespace {

TEST(FrameWordTest, HoldsAFrameAnywhereInUserSpace) {
  // The heap of a program that may be anywhere: about there on x86-64, and on aarch64.
  for (const std::uintptr_t address :
       {std::uintptr_t{0x5555'5556'aeb0}, std::uintptr_t{0xaaaa'aaac'2eb0},
        std::uintptr_t{0xffff'ffff'fff0}}) {
    ASSERT_TRUE(FrameWord::Fits(address)) << std::hex << address;
    const FrameWord frame = FrameWord::Make(address, 200);
    EXPECT_TRUE(frame.is_frame());
    EXPECT_EQ(frame.address(), address);
    EXPECT_EQ(frame.size(), 208U);
  }
}

TEST(FrameWordTest, LongFramesCountAsTheLongestThatFit) {
  constexpr std::size_t kMost = (std::size_t{8} << 20) - 16;
  EXPECT_EQ(FrameWord::Make(0x5555'5556'aeb0U, kMost).size(), kMost);
  EXPECT_EQ(FrameWord::Make(0x5555'5556'aeb0U, 10 * kMost).size(), kMost);
}

TEST(FrameWordTest, OtherAddressesDoNotFit) {
  EXPECT_FALSE(FrameWord::Fits(0x5555'5556'aeb8U));
  EXPECT_FALSE(FrameWord::Fits(std::uintptr_t{1} << 48));
}

}  // namespace
}  // namespace taskleak::registry
