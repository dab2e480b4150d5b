// The targets of calls in memory, in code of x86-64.
#include "linux/arch/call_site.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

using Code = std::vector<unsigned char>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Code in memory. Places are given by their distance from the beginning.
class Memory {
 public:
  void Put(std::size_t offset, const Code& code) {
    std::copy(code.begin(), code.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  /// Writes an instruction that ends with a displacement, which leads to `to`.
  void PutRelative(std::size_t offset, Code code, std::size_t to) {
    const auto displacement = static_cast<std::int32_t>(to - (offset + code.size() + 4));
    for (int shift = 0; shift < 32; shift += 8)
      code.push_back(static_cast<unsigned char>(displacement >> shift));
    Put(offset, code);
  }
  void PutAddress(std::size_t offset, std::uintptr_t address) {
    std::memcpy(&bytes_.at(offset), &address, sizeof address);
  }
  [[nodiscard]] std::uintptr_t At(std::size_t offset) const {
    return reinterpret_cast<std::uintptr_t>(bytes_.data()) + offset;
  }

 private:
  std::array<unsigned char, 512> bytes_{};
};

TEST(CallSiteTest, ADirectCallLeadsToItsFunction) {
  Memory memory;
  memory.PutRelative(16, {0xe8}, 128);
  const CallSite site = ReadCallSite(memory.At(21));
  EXPECT_TRUE(site.is_call);
  EXPECT_THAT(site.targets, ElementsAre(memory.At(128)));
  EXPECT_TRUE(site.Calls(memory.At(128)));
  EXPECT_FALSE(site.Calls(memory.At(129)));
}

TEST(CallSiteTest, ACallThroughASlotAndAPltEntryLeadsOn) {
  Memory memory;
  memory.PutRelative(16, {0xff, 0x15}, 64);
  memory.PutAddress(64, memory.At(128));
  memory.PutRelative(128, {0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25}, 72);
  memory.PutAddress(72, memory.At(192));
  memory.PutRelative(192, {0xe9}, 256);
  const CallSite site = ReadCallSite(memory.At(22));
  EXPECT_TRUE(site.is_call);
  EXPECT_THAT(site.targets, ElementsAre(memory.At(128), memory.At(192), memory.At(256)));
}

TEST(CallSiteTest, JumpsInACircleEnd) {
  Memory memory;
  memory.PutRelative(16, {0xe8}, 128);
  memory.PutRelative(128, {0xe9}, 128);
  EXPECT_EQ(ReadCallSite(memory.At(21)).targets.size(), 4U);
}

TEST(CallSiteTest, ACallThroughARegisterMayLeadAnywhere) {
  Memory memory;
  memory.Put(16, {0xff, 0xd0});
  const CallSite site = ReadCallSite(memory.At(18));
  EXPECT_TRUE(site.is_call);
  EXPECT_THAT(site.targets, IsEmpty());
}

TEST(CallSiteTest, ThereIsNoCallWithoutOneOrWhereNothingCanBeRead) {
  const Memory memory;
  EXPECT_FALSE(ReadCallSite(memory.At(32)).is_call);
  EXPECT_FALSE(ReadCallSite(4096).is_call);
}

}  // namespace
}  // namespace taskleak::platform
