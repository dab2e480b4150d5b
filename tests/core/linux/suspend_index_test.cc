#include "linux/arch/suspend_index.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "linux/arch/x86_64/suspend_index.h"

namespace taskleak::platform::x86_64 {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Case {
  const char* name;
  Bytes code;
};

TEST(SuspendIndexTest, GccsIsWhatTheActorReadsFirst) {
  const Bytes optimized = {0x53, 0x0F, 0xB7, 0x47, 0x2C, 0x48, 0x89, 0xFB};  // movzwl 0x2c(%rdi)
  const Bytes plain = {0x48, 0x89, 0x7D, 0xD8, 0x48, 0x8B,
                       0x45, 0xD8, 0x0F, 0xB7, 0x40, 0x2C};      // movzwl 0x2c(%rax)
  const Bytes far = {0x0F, 0xB7, 0x87, 0x34, 0x12, 0, 0, 0x90};  // movzwl 0x1234(%rdi)
  const Bytes tested = {0xF6, 0x47, 0x2C, 0x01, 0x74, 0x10};     // testb $1,0x2c(%rdi)
  const Bytes in_r12 = {0x41, 0x0F, 0xB7, 0x44, 0x24, 0x2C};     // movzwl 0x2c(%r12)
  EXPECT_EQ(FindGccIndex(optimized), 0x2C);
  EXPECT_EQ(FindGccIndex(plain), 0x2C);
  EXPECT_EQ(FindGccIndex(far), 0x1234);
  EXPECT_EQ(FindGccIndex(tested), 0x2C);
  EXPECT_EQ(FindGccIndex(in_r12), 0x2C);
}

TEST(SuspendIndexTest, GccsIsFoundBehindWhatSanitizersDoFirst) {
  Bytes code(2000, 0x90);
  code.insert(code.end(), {0x0F, 0xB7, 0x47, 0x2C});
  EXPECT_EQ(FindGccIndex(code), 0x2C);
}

TEST(SuspendIndexTest, WhatLiesBelowTheFramePointerOrInNoFrameIsNone) {
  EXPECT_EQ(FindGccIndex(Bytes{0x0F, 0xB7, 0x45, 0xF0, 0x90, 0x90}), std::nullopt);
  EXPECT_EQ(FindGccIndex(Bytes{0x0F, 0xB7, 0x44, 0x24, 0x2C, 0x90}), std::nullopt) << "the stack";
  EXPECT_EQ(FindGccIndex(Bytes{}), std::nullopt);
  EXPECT_EQ(FindGccIndex(Bytes{0x0F, 0xB7}), std::nullopt);
}

// movzbl 0x24(%rdi); movb $1,0x24(%rdi); movb $2,0x24(%rdi); cmpb $0,0x30(%rdi); movb $1,0x30(%rdi)
const Bytes kClangResume = {0x0F, 0xB6, 0x47, 0x24, 0xC6, 0x47, 0x24, 0x01, 0xC6, 0x47,
                            0x24, 0x02, 0x80, 0x7F, 0x30, 0x00, 0xC6, 0x47, 0x30, 0x01};
const Bytes kClangDestroy = {0x0F, 0xB6, 0x47, 0x24, 0x90, 0x90};

TEST(SuspendIndexTest, ClangsIsWhatIsReadAndSetToDifferentConstants) {
  EXPECT_EQ(FindClangIndex(FindByteUses(kClangResume), FindByteUses(kClangDestroy)), 0x24);
}

TEST(SuspendIndexTest, ClangHasNoneWhereNothingIsReadThatIsSet) {
  const Bytes only_sets = {0xC6, 0x47, 0x24, 0x01, 0xC3, 0x90};
  EXPECT_EQ(FindClangIndex(FindByteUses(only_sets), FindByteUses(kClangDestroy)), std::nullopt);
}

TEST(SuspendIndexTest, OfTwoBytesAlikeClangsIsTheOneThatDestroyReadsToo) {
  const ByteUses resume{.read = {0x20, 0x24}, .stored = {{0x20, {1}}, {0x24, {1}}}};
  EXPECT_EQ(FindClangIndex(resume, {.read = {0x24}, .stored = {}}), 0x24);
}

TEST(SuspendIndexTest, StoresOfConstantsAreFound) {
  EXPECT_EQ(FindIndexStore(kClangResume, 0x24, 1, 2), 8U);
  EXPECT_EQ(FindIndexStore(kClangResume, 0x24, 1, 3), std::nullopt);
  // mov -0x28(%rbp),%rax; movw $4,0x2c(%rax)
  const Bytes gcc = {0x48, 0x8B, 0x45, 0xD8, 0x66, 0xC7, 0x40, 0x2C, 0x04, 0x00};
  EXPECT_EQ(FindIndexStore(gcc, 0x2C, 2, 4), 5U);
  // movl $0x10002,0x2c(%rax): two fields at once
  const Bytes merged = {0xC7, 0x40, 0x2C, 0x02, 0x00, 0x01, 0x00};
  EXPECT_EQ(FindIndexStore(merged, 0x2C, 2, 2), 0U);
}

TEST(SuspendIndexTest, StoresOfRegistersThatHoldTheConstantAreFound) {
  // mov $4,%esi; movb $1,0x2f(%rdi); mov %si,0x2c(%rdi)
  const Bytes code = {0xBE, 0x04, 0, 0, 0, 0xC6, 0x47, 0x2F, 0x01, 0x66, 0x89, 0x77, 0x2C};
  EXPECT_EQ(FindIndexStore(code, 0x2C, 2, 4), 10U);
  EXPECT_EQ(FindIndexStore(code, 0x2C, 2, 6), std::nullopt);
  // mov $6,%r8d; mov %r8w,0x2c(%rdi)
  const Bytes extended = {0x41, 0xB8, 0x06, 0, 0, 0, 0x66, 0x44, 0x89, 0x47, 0x2C};
  EXPECT_EQ(FindIndexStore(extended, 0x2C, 2, 6), 8U);
  // xor %eax,%eax; mov %ax,0x2c(%rdi)
  const Bytes zero = {0x31, 0xC0, 0x66, 0x89, 0x47, 0x2C};
  EXPECT_EQ(FindIndexStore(zero, 0x2C, 2, 0), 3U);
}

TEST(SuspendIndexTest, StoresBehindAPointerIntoTheFrameAreFound) {
  // mov $4,%esi; add $0x10,%rbx; movq $0,0x40(%rbx); mov %si,0x30(%rbx): GCC 16
  const Bytes code = {0xBE, 0x04, 0, 0, 0, 0x48, 0x83, 0xC3, 0x10, 0x48, 0xC7,
                      0x43, 0x40, 0, 0, 0, 0,    0x66, 0x89, 0x73, 0x30};
  EXPECT_EQ(FindIndexStore(code, 0x40, 2, 4), 18U);
  EXPECT_EQ(FindIndexStore(code, 0x40, 2, 6), std::nullopt);
  // add $0x10,%rbp; add $0x10,%r12; movw $6,0x8(%r12)
  const Bytes extended = {0x48, 0x83, 0xC5, 0x10, 0x49, 0x83, 0xC4, 0x10,
                          0x66, 0x41, 0xC7, 0x44, 0x24, 0x08, 0x06, 0};
  EXPECT_EQ(FindIndexStore(extended, 0x18, 2, 6), 10U);
  // lea 0x10(%rdi),%rbx; movw $6,0x30(%rbx)
  const Bytes by_lea = {0x48, 0x8D, 0x5F, 0x10, 0x66, 0xC7, 0x43, 0x30, 0x06, 0};
  EXPECT_EQ(FindIndexStore(by_lea, 0x40, 2, 6), 5U);
  // lea 0x10(%rdi),%r12; movw $6,0x30(%r12)
  const Bytes by_lea_extended = {0x4C, 0x8D, 0x67, 0x10, 0x66, 0x41,
                                 0xC7, 0x44, 0x24, 0x30, 0x06, 0};
  EXPECT_EQ(FindIndexStore(by_lea_extended, 0x40, 2, 6), 6U);
}

TEST(SuspendIndexTest, StoresBehindAnotherPointerAreNone) {
  // add $0x10,%rbp; movw $6,0x8(%r13)
  const Bytes high = {0x48, 0x83, 0xC5, 0x10, 0x66, 0x41, 0xC7, 0x45, 0x08, 0x06, 0};
  EXPECT_EQ(FindIndexStore(high, 0x18, 2, 6), std::nullopt);
  // add $0x10,%rbp; movw $6,0x8(%rbx)
  const Bytes low = {0x48, 0x83, 0xC5, 0x10, 0x66, 0xC7, 0x43, 0x08, 0x06, 0};
  EXPECT_EQ(FindIndexStore(low, 0x18, 2, 6), std::nullopt);
  // lea 0x10(%rbx),%rbp; lea 0x10(%rdi),%r11; lea 0x10(%rsp),%rbx; movw $6,0x8(%rbx)
  const Bytes by_lea = {0x48, 0x8D, 0x6B, 0x10, 0x4C, 0x8D, 0x5F, 0x10, 0x48, 0x8D,
                        0x5C, 0x24, 0x10, 0x66, 0xC7, 0x43, 0x08, 0x06, 0};
  EXPECT_EQ(FindIndexStore(by_lea, 0x18, 2, 6), std::nullopt);
  EXPECT_EQ(FindIndexStore(by_lea, 0x08 + 0x24, 2, 6), std::nullopt) << "the SIB byte is 0x24";
}

}  // namespace
}  // namespace taskleak::platform::x86_64
