// Where a signal interrupted a thread, by its registers and the code around its program counter.
#include "linux/arch/interruption.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

constexpr std::uintptr_t kCall = 0x401000;
constexpr std::uintptr_t kAfterCall = kCall + kCallInstruction.size();
constexpr long kNumber = 42;

// Code that has nothing but the instruction of a system call.
std::size_t ReadCode(std::uintptr_t address, void* buffer, std::size_t size) {
  if (address != kCall || size != kCallInstruction.size()) return 0;
  std::ranges::copy(kCallInstruction, static_cast<unsigned char*>(buffer));
  return size;
}

Registers RegistersAt(std::uintptr_t pc) {
  Registers registers;
  registers.Set(kPc, pc);
  registers.Set(kStackPointer, 0x7000);
  for (std::size_t i = 0; i < kCallArguments.size(); ++i) registers.Set(kCallArguments[i], i + 1);
  registers.Set(kCallNumber, kNumber);
  return registers;
}

TEST(InterruptionTest, ACallThatIsToBeMadeAgainIsWhole) {
  const BlockedAt at = WhereInterrupted(RegistersAt(kCall), ReadCode);
  const BlockedAt expected{
      .number = kNumber, .arguments = {1, 2, 3, 4, 5, 6}, .sp = 0x7000, .pc = kAfterCall};
  EXPECT_EQ(at, expected);
}

TEST(InterruptionTest, OfACallThatHasReturnedTheNumberIsKnownIfItsRegisterStillHasIt) {
  Registers registers = RegistersAt(kAfterCall);
  registers.Set(kCallResult, static_cast<std::uint64_t>(-EINTR));
  const BlockedAt at = WhereInterrupted(registers, ReadCode);
  EXPECT_FALSE(at.running);
  EXPECT_EQ(at.number, kCallNumber == kCallResult ? -1 : kNumber);
  EXPECT_EQ(at.pc, kAfterCall);
  EXPECT_EQ(at.sp, 0x7000U);
}

TEST(InterruptionTest, AThreadThatWasInNoCallIsRunning) {
  Registers registers = RegistersAt(kAfterCall);
  EXPECT_TRUE(WhereInterrupted(registers, ReadCode).running) << "with another result";
  registers.Set(kCallResult, static_cast<std::uint64_t>(-EINTR));
  registers.Set(kPc, kAfterCall + 16);
  EXPECT_TRUE(WhereInterrupted(registers, ReadCode).running) << "not after a call";
}

}  // namespace
}  // namespace taskleak::platform
