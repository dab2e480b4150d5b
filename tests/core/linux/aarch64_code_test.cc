// aarch64's machine code by its instructions, as its assembler makes them; they run on any
// processor.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <ostream>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "linux/arch/aarch64/address_use.h"
#include "linux/arch/aarch64/branch.h"
#include "linux/arch/aarch64/prologue.h"
#include "linux/arch/aarch64/suspend_index.h"
#include "linux/arch/suspend_index.h"

namespace taskleak::platform::aarch64 {
namespace {

using Kind = Branch::Kind;

constexpr std::uintptr_t kAt = 0x401000;

std::vector<unsigned char> Code(std::initializer_list<std::uint32_t> instructions) {
  std::vector<unsigned char> code;
  for (const std::uint32_t each : instructions) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      code.push_back(static_cast<unsigned char>(each >> shift));
  }
  return code;
}

constexpr std::uint32_t kNop = 0xd503201f;
constexpr std::uint32_t kRet = 0xd65f03c0;
constexpr std::uint32_t kBti = 0xd503245f;
constexpr std::uint32_t kPaciasp = 0xd503233f;

TEST(Aarch64BranchTest, ACallIsDecodedFromTheBytesBeforeItsEnd) {
  const struct {
    const char* what;
    std::uint32_t instruction;
    Branch expected;
  } cases[] = {
      {"bl +0x20", 0x94000008, {Kind::kDirect, kAt - 4 + 0x20}},
      {"bl -8", 0x97fffffe, {Kind::kDirect, kAt - 4 - 8}},
      {"blr x8", 0xd63f0100, {Kind::kAnywhere, 0}},
      {"blraaz x8", 0xd63f091f, {Kind::kAnywhere, 0}},
      {"b +0x1000", 0x14000400, {}},
      {"br x17", 0xd61f0220, {}},
      {"ret", kRet, {}},
      {"nop", kNop, {}},
  };
  for (const auto& each : cases) {
    const auto code = Code({each.instruction});
    const Branch call = DecodeCall(std::span(code).first<kLongestCall>(), kAt);
    EXPECT_EQ(call, each.expected) << each.what;
    EXPECT_TRUE(MayBranch(code.data()) || call.kind != Kind::kDirect) << each.what;
  }
}

TEST(Aarch64BranchTest, AJumpIsDecodedFromWhereItBegins) {
  constexpr std::uint32_t kAdrp = 0x90000010;   // x16, this page
  constexpr std::uint32_t kLdr = 0xf9400e11;    // x17, [x16, #24]
  constexpr std::uint32_t kAdd = 0x91006210;    // x16, x16, #24
  constexpr std::uint32_t kBr = 0xd61f0220;     // x17
  constexpr std::uint32_t kBrSum = 0xd61f0200;  // x16
  constexpr std::uint32_t kAutia1716 = 0xd503219f;
  constexpr std::uint32_t kLdrNext = 0x58000050;  // x16, +8
  const struct {
    const char* what;
    std::vector<unsigned char> code;
    Branch expected;
  } cases[] = {
      {"b +0x1000", Code({0x14000400, kNop, kNop, kNop, kNop}), {Kind::kDirect, kAt + 0x1000}},
      {"bti c; b +0x1000",
       Code({kBti, 0x14000400, kNop, kNop, kNop}),
       {Kind::kDirect, kAt + 4 + 0x1000}},
      {"a PLT entry", Code({kAdrp, kLdr, kAdd, kBr, kNop}), {Kind::kSlot, kAt + 24}},
      {"a PLT entry after bti c", Code({kBti, kAdrp, kLdr, kAdd, kBr}), {Kind::kSlot, kAt + 24}},
      {"a PLT entry without add", Code({kAdrp, kLdr, kBr, kNop, kNop}), {Kind::kSlot, kAt + 24}},
      {"a PLT entry that checks the pointer",
       Code({kAdrp, kLdr, kAdd, kAutia1716, kBr}),
       {Kind::kSlot, kAt + 24}},
      {"the same after bti c",
       Code({kBti, kAdrp, kLdr, kAdd, kAutia1716, kBr}),
       {Kind::kSlot, kAt + 24}},
      {"a PLT entry whose slot is in the next page",
       Code({0xb0000010, kLdr, kAdd, kBr, kNop}),
       {Kind::kSlot, kAt + 0x1000 + 24}},
      {"a PLT entry whose slot is in the page before",
       Code({0xf0fffff0, kLdr, kAdd, kBr, kNop}),
       {Kind::kSlot, kAt - 0x1000 + 24}},
      {"what leads further than adrp", Code({kLdrNext, kBrSum}), {Kind::kSlot, kAt + 8}},
      {"a constant that is not jumped to", Code({kLdrNext, kRet}), {}},
      {"what leads to a function far away",
       Code({kAdrp, kAdd, kBrSum, kNop, kNop}),
       {Kind::kDirect, kAt + 24}},
      {"the same after bti c", Code({kBti, kAdrp, kAdd, kBrSum, kNop}), {Kind::kDirect, kAt + 24}},
      {"a sum that is not jumped to", Code({kAdrp, kAdd, kBr, kNop, kNop}), {}},
      {"what loads and does not jump", Code({kAdrp, kLdr, kAdd, kRet, kNop}), {}},
      {"bl", Code({0x94000008, kNop, kNop, kNop, kNop}), {}},
  };
  for (const auto& each : cases) {
    std::array<unsigned char, kLongestJump> code{};
    std::ranges::copy(each.code, code.begin());
    const Branch jump = DecodeJump(code, kAt);
    EXPECT_EQ(jump, each.expected) << each.what;
    EXPECT_TRUE(MayBranch(code.data()) || jump == Branch()) << each.what;
  }
}

TEST(Aarch64BranchTest, JumpsToAFunctionAreFound) {
  for (const std::uint32_t jump : {0x14000400U, 0x54008000U, 0xb4008000U, 0x36188000U}) {
    EXPECT_TRUE(HasJump(Code({kNop, jump}), kAt - 4, kAt + 0x1000)) << std::hex << jump;
    EXPECT_FALSE(HasJump(Code({kNop, jump}), kAt, kAt + 0x1000)) << std::hex << jump;
  }
  EXPECT_FALSE(HasJump(Code({0x94000400}), kAt, kAt + 0x1000)) << "bl";
  EXPECT_TRUE(HasJumpThroughPointer(Code({kNop, 0xd61f0220})));
  EXPECT_FALSE(HasJumpThroughPointer(Code({0xd63f0100, kRet})));
}

TEST(Aarch64PrologueTest, TheFramePointerIsFoundFromTheStackPointer) {
  constexpr std::uint32_t kPush = 0xa9be7bfd;      // stp x29, x30, [sp, #-32]!
  constexpr std::uint32_t kMove = 0x910003fd;      // mov x29, sp
  constexpr std::uint32_t kSub48 = 0xd100c3ff;     // sub sp, sp, #48
  constexpr std::uint32_t kStore = 0xa9027bfd;     // stp x29, x30, [sp, #32]
  constexpr std::uint32_t kAdd32 = 0x910083fd;     // add x29, sp, #32
  constexpr std::uint32_t kPage = 0xd14007ff;      // sub sp, sp, #1, lsl #12
  constexpr std::uint32_t kOther = 0xf9000bf3;     // str x19, [sp, #16]
  constexpr std::uint32_t kPushOne = 0xf81f0ff3;   // str x19, [sp, #-16]!
  constexpr std::uint32_t kAdd48 = 0x9100c3ff;     // add sp, sp, #48
  constexpr std::uint32_t kAlloca = 0xcb2163ff;    // sub sp, sp, x1
  constexpr std::uint32_t kConstant = 0xd282740c;  // mov x12, #5024
  constexpr std::uint32_t kSubX12 = 0xcb2c63ff;    // sub sp, sp, x12
  constexpr std::uint32_t kStore0 = 0xa9007bfd;    // stp x29, x30, [sp]
  const struct {
    const char* what;
    std::vector<unsigned char> code;
    Prologue expected;
  } cases[] = {
      {"nothing", {}, {}},
      {"GCC's", Code({kPush, kMove, kOther, kRet}), {true, 0, 0}},
      {"signed", Code({kPaciasp, kPush, kMove, kRet}), {true, 0, 0}},
      {"clang's", Code({kSub48, kStore, kAdd32, kRet}), {true, 32, 0}},
      {"with more stack after it", Code({kPush, kMove, kPage, kOther, kRet}), {true, 4096, 0}},
      {"with a register pushed after it", Code({kPush, kMove, kPushOne, kRet}), {true, 16, 0}},
      {"up to alloca", Code({kPush, kMove, kAlloca, kSub48}), {true, 0, 0}},
      {"up to an epilogue", Code({kSub48, kStore, kAdd32, kAdd48, kRet}), {true, 32, 0}},
      {"GCC's of a large frame", Code({kConstant, kSubX12, kStore0, kMove, kRet}), {true, 0, 0}},
      {"with an unknown amount of stack", Code({kAlloca, kStore0, kMove, kRet}), {}},
      {"with x29 elsewhere", Code({kPush, kAdd32, kRet}), {}},
      {"without saving", Code({kMove, kSub48}), {}},
      {"after a branch", Code({kPush, kRet, kMove}), {}},
  };
  for (const auto& each : cases) EXPECT_EQ(DecodePrologue(each.code), each.expected) << each.what;
}

TEST(Aarch64PrologueTest, StackTakenAtRunTimeIsSeen) {
  EXPECT_TRUE(TakesStackAtRunTime(Code({kNop, 0xcb2163ff}))) << "sub sp, sp, x1";
  EXPECT_TRUE(TakesStackAtRunTime(Code({0x9100001f}))) << "mov sp, x0";
  EXPECT_TRUE(TakesStackAtRunTime(Code({0x927be93f}))) << "and sp, x9, #-32";
  EXPECT_TRUE(TakesStackAtRunTime(Code({0x043f57df}))) << "addvl sp, sp, #-2";
  EXPECT_FALSE(TakesStackAtRunTime(Code({0x043f57c0}))) << "addvl x0, sp, #-2";
  EXPECT_FALSE(TakesStackAtRunTime(Code({0x910003bf}))) << "mov sp, x29";
  EXPECT_FALSE(TakesStackAtRunTime(Code({0xd100c3ff, 0xa9be7bfd}))) << "constants";
}

TEST(Aarch64AddressUseTest, AddressesTakenRelativeToTheCodeAreFound) {
  using Found = std::vector<std::pair<std::size_t, std::uintptr_t>>;
  const auto code = Code({0x90000002,    // adrp x2, this page
                          0x52800044,    // mov w4, #2
                          0x91013043,    // add x3, x2, #0x4c
                          0xb0000000,    // adrp x0, the next page
                          0xf9401000,    // ldr x0, [x0, #32]
                          0x3dc00441,    // ldr q1, [x2, #16]
                          0x10000401,    // adr x1, +0x80
                          0x91013083});  // add x3, x4, #0x4c: of no page
  Found found;
  ForEachRelativeAddress(code, kAt, [&found](std::size_t place, std::uintptr_t address) {
    found.emplace_back(place, address);
  });
  EXPECT_EQ(found, (Found{{8, kAt + 0x4c}, {16, kAt + 0x1020}, {20, kAt + 16}, {24, kAt + 0x98}}));
}

// GCC moves adrp out of a loop.
TEST(Aarch64AddressUseTest, APageThatWasTakenFarBeforeIsKnown) {
  std::vector<unsigned char> code = Code({0x9000001b});  // adrp x27, this page
  for (int i = 0; i < 1000; ++i) std::ranges::copy(Code({kNop}), std::back_inserter(code));
  const std::size_t use = code.size();
  std::ranges::copy(Code({0x910fc363}), std::back_inserter(code));  // add x3, x27, #0x3f0
  std::vector<std::pair<std::size_t, std::uintptr_t>> found;
  ForEachRelativeAddress(code, kAt, [&found](std::size_t place, std::uintptr_t address) {
    found.emplace_back(place, address);
  });
  EXPECT_EQ(found, (std::vector{std::pair(use, kAt + 0x3f0)}));
}

TEST(Aarch64AddressUseTest, CallsAreFound) {
  using Found = std::vector<std::pair<std::uintptr_t, std::uintptr_t>>;
  Found found;
  ForEachCall(Code({kNop, 0x94000008, 0xd63f0100, 0x14000400, kRet}), kAt,
              [&found](std::uintptr_t return_address, std::uintptr_t target) {
                found.emplace_back(return_address, target);
              });
  EXPECT_EQ(found, (Found{{kAt + 8, kAt + 4 + 0x20}, {kAt + 12, 0}}));
}

TEST(Aarch64SuspendIndexTest, GccsIsWhatTheActorReadsFirst) {
  EXPECT_EQ(FindGccIndex(Code({0xaa0003f3, 0x79404800, 0x36000160})), 36U);  // ldrh w0, [x0, #36]
  EXPECT_EQ(FindGccIndex(Code({0x79404be0, 0x79404800})), 36U) << "after one of the stack";
  EXPECT_EQ(FindGccIndex(Code({0xb9402800, 0x79404800})), 36U) << "after four bytes";
  EXPECT_EQ(FindGccIndex(Code({0x79004a60, kRet})), std::nullopt) << "strh";
  EXPECT_EQ(FindGccIndex({}), std::nullopt);
}

TEST(Aarch64SuspendIndexTest, ClangsIsReadAndSetToConstants) {
  // ldrb w8, [x0, #36]; mov w9, #1; strb w9, [x0, #36]; ldrb w8, [x0, #40]
  const auto resume = Code({0x39409008, 0x52800029, 0x39009009, 0x3940a008});
  const ByteUses destroy = FindByteUses(Code({0x39409008}));
  EXPECT_EQ(FindClangIndex(FindByteUses(resume), destroy), 36U);
  EXPECT_EQ(FindClangIndex(FindByteUses(Code({0x39009009})), destroy), std::nullopt);
  // mov w8, wzr; and w8, w8, #3; strb w8, [x9, #48], as clang stores the first without optimization
  const ByteUses ramp = FindByteUses(Code({0x2a1f03e8, 0x12000508, 0x3900c128}));
  EXPECT_EQ(ramp.stored.at(48).count(0), 1U);
}

TEST(Aarch64SuspendIndexTest, AByteRightBehindTheTwoFunctionsOfAFrameMayBeOne) {
  // ldrb w8, [x0, #16]; ldrb w8, [x0, #15]
  EXPECT_EQ(FindByteUses(Code({0x39404008, 0x39403c08})).read, std::set<std::size_t>{16});
}

TEST(Aarch64SuspendIndexTest, TheStoreOfAnIndexIsFound) {
  // mov w0, #2; str x19, [x19, #24]; strh w0, [x19, #36]; strh wzr, [x19, #36]
  const auto code = Code({0x52800040, 0xf9000e73, 0x79004a60, 0x79004a7f});
  EXPECT_EQ(FindIndexStore(code, 36, 2, 2), 8U);
  EXPECT_EQ(FindIndexStore(code, 36, 2, 0), 12U);
  EXPECT_EQ(FindIndexStore(code, 36, 2, 4), std::nullopt);
  EXPECT_EQ(FindIndexStore(code, 36, 1, 2), std::nullopt);
  // mov w0, #2; movk w0, #1, lsl #16; str w0, [x19, #36]
  const auto together = Code({0x52800040, 0x72a00020, 0xb9002660});
  EXPECT_EQ(FindIndexStore(together, 36, 2, 2), 8U);
  EXPECT_EQ(FindIndexStore(together, 36, 1, 2), std::nullopt);
  EXPECT_EQ(FindIndexStore(together, 38, 2, 1), std::nullopt) << "the last two";
  // mov w23, #2; movk w23, #1, lsl #16; stp w20, w23, [x0, #40]
  const auto pair = Code({0x52800057, 0x72a00037, 0x29055c14});
  EXPECT_EQ(FindIndexStore(pair, 44, 2, 2), 8U);
  EXPECT_EQ(FindIndexStore(pair, 40, 2, 2), std::nullopt);
}

TEST(Aarch64SuspendIndexTest, AStoreBehindAPointerIntoTheFrameIsFound) {
  // mov w0, #4; add x19, x19, #16; add x20, x19, #8; strh w0, [x19, #32]
  const auto code = Code({0x52800080, 0x91004273, 0x91002274, 0x79004260});
  EXPECT_EQ(FindIndexStore(code, 48, 2, 4), 12U);
  EXPECT_EQ(FindIndexStore(code, 40, 2, 4), std::nullopt)
      << "another register was set so far behind";
  // add x19, x0, #16; strh w0, [x19, #32]
  EXPECT_EQ(FindIndexStore(Code({0x52800080, 0x91004013, 0x79004260}), 48, 2, 4), 8U);
  // add x19, sp, #16; strh w0, [x19, #32]
  EXPECT_EQ(FindIndexStore(Code({0x52800080, 0x910043f3, 0x79004260}), 48, 2, 4), std::nullopt);
  // add x19, x19, #32; strh wzr, [x19, #0]
  EXPECT_EQ(FindIndexStore(Code({0x91008273, 0x7900027f}), 32, 2, 0), 4U);
}

// Compilers merge code that differs only in a constant.
TEST(Aarch64SuspendIndexTest, AStoreThatIndicesShareIsFound) {
  // mov w0, #4; strh w0, [x19, #48]; ret; mov w0, #10; b to the strh; mov w1, #12; b to the strh
  const auto code =
      Code({0x52800080, 0x79006260, kRet, 0x52800140, 0x17fffffd, 0x52800181, 0x17fffffb});
  EXPECT_EQ(FindIndexStore(code, 48, 2, 4), 4U);
  EXPECT_EQ(FindIndexStore(code, 48, 2, 10), 12U);
  EXPECT_EQ(FindIndexStore(code, 48, 2, 12), std::nullopt) << "of another register";
  EXPECT_EQ(FindIndexStore(code, 46, 2, 10), std::nullopt);
}

}  // namespace
}  // namespace taskleak::platform::aarch64
