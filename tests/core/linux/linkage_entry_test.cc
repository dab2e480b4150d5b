// Procedure linkage tables by their bytes, as GNU ld, gold and lld write them.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "linux/arch/aarch64/linkage_entry.h"
#include "linux/arch/x86_64/linkage_entry.h"

namespace taskleak::platform {
namespace {

using Code = std::vector<unsigned char>;
using Pushed = std::optional<std::size_t>;

// An instruction, and what was pushed when the processor comes to it.
struct Step {
  Code code;
  Pushed pushed;
};

// Returns what `decode` makes of each instruction, with zeros around all of them.
template <std::size_t kReach, typename Decode>
std::vector<Pushed> DecodeEach(const std::vector<Step>& steps, Decode decode) {
  Code all(kReach);
  for (const Step& step : steps) all.insert(all.end(), step.code.begin(), step.code.end());
  all.resize(all.size() + kReach);
  std::vector<Pushed> pushed;
  std::size_t at = 0;
  for (const Step& step : steps) {
    pushed.push_back(decode(std::span<const unsigned char, 2 * kReach>(&all[at], 2 * kReach)));
    at += step.code.size();
  }
  return pushed;
}

std::vector<Pushed> Expected(const std::vector<Step>& steps) {
  std::vector<Pushed> pushed;
  for (const Step& step : steps) pushed.push_back(step.pushed);
  return pushed;
}

void ExpectX86(const std::vector<Step>& steps, const char* what) {
  EXPECT_EQ(DecodeEach<x86_64::kLinkageReach>(steps, x86_64::PushedByLinkageEntry), Expected(steps))
      << what;
}

const Code kJumpSlot = {0xff, 0x25, 0xca, 0x2f, 0, 0};
const Code kPushNumber = {0x68, 1, 0, 0, 0};
const Code kJumpFirst = {0xe9, 0xd0, 0xff, 0xff, 0xff};
const Code kPushSlot = {0xff, 0x35, 0xca, 0x2f, 0, 0};
const Code kEndbr64 = {0xf3, 0x0f, 0x1e, 0xfa};
const Code kPadding = {0x0f, 0x1f, 0x40, 0};

TEST(LinkageEntryTest, KnowsWhatIsPushedOnX86) {
  ExpectX86({{kPushSlot, 8},
             {kJumpSlot, 16},
             {kPadding, {}},
             {kJumpSlot, 0},
             {kPushNumber, 0},
             {kJumpFirst, 8},
             {kJumpSlot, 0},
             {kPushNumber, 0},
             {kJumpFirst, 8}},
            "the usual table");
  ExpectX86({{kEndbr64, 0}, {kPushNumber, 0}, {kJumpFirst, 8}, {{0x66, 0x90}, {}}},
            "an entry for indirect branch tracking");
  ExpectX86({{kEndbr64, 0}, {kJumpSlot, 0}, {kPadding, {}}}, "its second part");
  ExpectX86({{kEndbr64, 0}, {{0xf2, 0xff, 0x25, 0, 1, 0, 0}, 0}}, "the same with bnd");
}

TEST(LinkageEntryTest, IsNotOtherCodeOfX86) {
  ExpectX86({{{0xff, 0xe0}, {}}}, "jmp *%rax");
  ExpectX86({{kJumpFirst, {}}}, "jmp to a function");
  ExpectX86({{kEndbr64, {}}, {{0x55}, {}}, {{0xff, 0x15, 0, 1, 0, 0}, {}}, {{0xc3}, {}}},
            "a function that calls through a slot");
}

Code Instruction(std::uint32_t instruction) {
  Code code;
  for (unsigned shift = 0; shift < 32; shift += 8)
    code.push_back(static_cast<unsigned char>(instruction >> shift));
  return code;
}

void ExpectAarch64(std::initializer_list<std::pair<std::uint32_t, Pushed>> instructions,
                   const char* what) {
  std::vector<Step> steps;
  for (const auto& [instruction, pushed] : instructions)
    steps.push_back({Instruction(instruction), pushed});
  EXPECT_EQ(DecodeEach<aarch64::kLinkageReach>(steps, aarch64::PushedByLinkageEntry),
            Expected(steps))
      << what;
}

constexpr std::uint32_t kStp = 0xa9bf7bf0;    // x16, x30, [sp, #-16]!
constexpr std::uint32_t kAdrp = 0xf00000f0;   // x16
constexpr std::uint32_t kLdr = 0xf947fe11;    // x17, [x16, #4088]
constexpr std::uint32_t kAdd = 0x913fe210;    // x16, x16, #4088
constexpr std::uint32_t kBr = 0xd61f0220;     // x17
constexpr std::uint32_t kBrX16 = 0xd61f0200;  // x16
constexpr std::uint32_t kAutia1716 = 0xd503219f;
constexpr std::uint32_t kBti = 0xd503245f;
constexpr std::uint32_t kNop = 0xd503201f;
constexpr std::uint32_t kRet = 0xd65f03c0;

TEST(LinkageEntryTest, KnowsWhatIsPushedOnAarch64) {
  ExpectAarch64({{kStp, 0},
                 {kAdrp, 16},
                 {kLdr, 16},
                 {kAdd, 16},
                 {kBr, 16},
                 {kNop, {}},
                 {kNop, {}},
                 {kNop, 0},  // before an entry, it may be a part of that
                 {kAdrp, 0},
                 {kLdr, 0},
                 {kAdd, 0},
                 {kBr, 0},
                 {kAdrp, 0},
                 {kLdr, 0},
                 {kAdd, 0},
                 {kBr, 0}},
                "the usual table");
  ExpectAarch64({{kBti, 0}, {kStp, 0}, {kAdrp, 16}, {kLdr, 16}, {kAdd, 16}, {kBr, 16}, {kNop, {}}},
                "the first entry after bti c");
  ExpectAarch64({{kBti, 0}, {kAdrp, 0}, {kLdr, 0}, {kAdd, 0}, {kAutia1716, 0}, {kBr, 0}},
                "an entry after bti c that checks the pointer");
  ExpectAarch64({{kAdrp, 0}, {kAdd, 0}, {kBrX16, 0}}, "what leads to a function far away");
  ExpectAarch64({{0x58000050, 0}, {kBrX16, 0}}, "what leads further than adrp");
}

TEST(LinkageEntryTest, IsNotOtherCodeOfAarch64) {
  ExpectAarch64({{0x14000400, {}}, {kNop, {}}}, "b");
  ExpectAarch64({{kAdrp, {}}, {kLdr, {}}, {kAdd, {}}, {kRet, {}}}, "a load from a slot");
  ExpectAarch64({{kAdrp, 0}, {kLdr, 0}, {kAdd, 0}, {kBr, 0}, {0xa9bf7bfd, {}}, {kRet, {}}},
                "a function after the table");
}

}  // namespace
}  // namespace taskleak::platform
