// Results of expressions in call frame information.
#include "linux/unwind/dwarf_expression.h"

#include <dwarf.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

using Value = std::optional<std::uint64_t>;

constexpr std::uint64_t kStack = 0x7000;
constexpr std::uint64_t kCfa = 0x7040;
constexpr std::array<std::uint64_t, 4> kWords = {0x11, 0x22, 0x33, 0x44};
constexpr auto kMinus = [](std::uint64_t value) { return 0 - value; };

Dwarf_Op Op(std::uint8_t atom, std::uint64_t number = 0, std::uint64_t number2 = 0) {
  return {.atom = atom, .number = number, .number2 = number2, .offset = 0};
}

// The operation that adds to the stack pointer.
constexpr std::uint8_t kOfStackPointer = DW_OP_breg0 + unsigned{kStackPointer};
constexpr unsigned kInPlt = 16;  // x86-64's program counter

// With the stack pointer at the stack's beginning, an address in a PLT entry in `kInPlt`, and no
// other register known.
Value Compute(const DwarfExpression& expression) {
  Registers registers;
  registers.Set(kStackPointer, kStack);
  registers.Set(kInPlt, 0x40102b);
  StackImage image;
  image.Adopt(kStack, kWords.data(), sizeof kWords);
  return Evaluate(expression, registers, kCfa, image);
}

struct ExpressionCase {
  const char* what;
  DwarfExpression expression;
  Value expected;
};

TEST(DwarfExpressionTest, IsComputed) {
  const ExpressionCase cases[] = {
      {"a literal", {Op(DW_OP_lit31)}, 31},
      {"constants, extended by libdw",
       {Op(DW_OP_const1u, 5), Op(DW_OP_const8s, kMinus(7)), Op(DW_OP_plus)},
       kMinus(2)},
      {"the frame address", {Op(DW_OP_call_frame_cfa), Op(DW_OP_plus_uconst, 8)}, kCfa + 8},
      {"a register and an offset", {Op(kOfStackPointer, 16)}, kStack + 16},
      {"a register by number", {Op(DW_OP_bregx, kStackPointer, kMinus(8))}, kStack - 8},
      {"a word of the stack", {Op(kOfStackPointer, 8), Op(DW_OP_deref)}, 0x22},
      {"dup", {Op(DW_OP_lit3), Op(DW_OP_dup), Op(DW_OP_mul)}, 9},
      {"over", {Op(DW_OP_lit3), Op(DW_OP_lit4), Op(DW_OP_over)}, 3},
      {"drop", {Op(DW_OP_lit3), Op(DW_OP_lit4), Op(DW_OP_drop)}, 3},
      {"swap", {Op(DW_OP_lit3), Op(DW_OP_lit4), Op(DW_OP_swap), Op(DW_OP_minus)}, 1},
      {"the second operand is on top", {Op(DW_OP_lit9), Op(DW_OP_lit4), Op(DW_OP_minus)}, 5},
      {"neg", {Op(DW_OP_lit3), Op(DW_OP_neg)}, kMinus(3)},
      {"not", {Op(DW_OP_lit0), Op(DW_OP_not)}, ~std::uint64_t{0}},
      {"and", {Op(DW_OP_lit12), Op(DW_OP_lit10), Op(DW_OP_and)}, 8},
      {"or", {Op(DW_OP_lit12), Op(DW_OP_lit10), Op(DW_OP_or)}, 14},
      {"xor", {Op(DW_OP_lit12), Op(DW_OP_lit10), Op(DW_OP_xor)}, 6},
      {"shl", {Op(DW_OP_lit3), Op(DW_OP_lit4), Op(DW_OP_shl)}, 48},
      {"shl by more bits than there are", {Op(DW_OP_lit3), Op(DW_OP_constu, 64), Op(DW_OP_shl)}, 0},
      {"shr", {Op(DW_OP_consts, kMinus(1)), Op(DW_OP_constu, 60), Op(DW_OP_shr)}, 15},
      {"shr by more bits than there are",
       {Op(DW_OP_consts, kMinus(1)), Op(DW_OP_constu, 64), Op(DW_OP_shr)},
       0},
      {"shra", {Op(DW_OP_consts, kMinus(8)), Op(DW_OP_lit1), Op(DW_OP_shra)}, kMinus(4)},
      {"shra by more bits than there are",
       {Op(DW_OP_consts, kMinus(8)), Op(DW_OP_constu, 200), Op(DW_OP_shra)},
       kMinus(1)},
      {"eq", {Op(DW_OP_lit3), Op(DW_OP_lit3), Op(DW_OP_eq)}, 1},
      {"ne", {Op(DW_OP_lit3), Op(DW_OP_lit3), Op(DW_OP_ne)}, 0},
      {"lt is signed", {Op(DW_OP_consts, kMinus(1)), Op(DW_OP_lit0), Op(DW_OP_lt)}, 1},
      {"gt is signed", {Op(DW_OP_consts, kMinus(1)), Op(DW_OP_lit0), Op(DW_OP_gt)}, 0},
      {"le", {Op(DW_OP_lit3), Op(DW_OP_lit3), Op(DW_OP_le)}, 1},
      {"ge", {Op(DW_OP_lit3), Op(DW_OP_lit4), Op(DW_OP_ge)}, 0},
      {"nop and stack_value", {Op(DW_OP_lit5), Op(DW_OP_nop), Op(DW_OP_stack_value)}, 5},
      // The frame address in a PLT entry, as binutils write it (elf_x86_64_eh_frame_plt in
      // bfd/elf64-x86-64.c): 8 more once the entry has pushed its number.
      {"a PLT entry",
       {Op(kOfStackPointer, 8), Op(DW_OP_breg16, 0), Op(DW_OP_lit15), Op(DW_OP_and),
        Op(DW_OP_lit11), Op(DW_OP_ge), Op(DW_OP_lit3), Op(DW_OP_shl), Op(DW_OP_plus)},
       kStack + 16},
  };
  for (const ExpressionCase& each : cases)
    EXPECT_EQ(Compute(each.expression), each.expected) << each.what;
}

TEST(DwarfExpressionTest, WhatCannotBeComputedIsNothing) {
  const ExpressionCase cases[] = {
      {"empty", {}, {}},
      {"a register that is not known", {Op(DW_OP_breg6, 16)}, {}},
      {"a register that is none of the CPU's", {Op(DW_OP_bregx, 99)}, {}},
      {"a number above all registers",
       {Op(DW_OP_bregx, std::uint64_t{1} << 32 | kStackPointer)},
       {}},
      {"a word beyond the stack", {Op(kOfStackPointer, 4096), Op(DW_OP_deref)}, {}},
      {"a word that ends beyond it", {Op(kOfStackPointer, 25), Op(DW_OP_deref)}, {}},
      {"a word below the stack", {Op(kOfStackPointer, kMinus(8)), Op(DW_OP_deref)}, {}},
      {"no operand", {Op(DW_OP_deref)}, {}},
      {"one operand where two are needed", {Op(DW_OP_lit1), Op(DW_OP_plus)}, {}},
      {"nothing is left", {Op(DW_OP_lit1), Op(DW_OP_drop)}, {}},
      {"an operation that is not used there", {Op(DW_OP_lit1), Op(DW_OP_push_object_address)}, {}},
      {"more than there is room for", DwarfExpression(17, Op(DW_OP_lit1)), {}},
  };
  for (const ExpressionCase& each : cases)
    EXPECT_EQ(Compute(each.expression), each.expected) << each.what;
}

TEST(StackImageTest, AnAddressAtTheEndOfAllMemoryIsNotInACopyThatBeginsAtZero) {
  StackImage image;
  image.Adopt(0, kWords.data(), sizeof kWords);
  EXPECT_EQ(image.Word(8), 0x22U);
  EXPECT_EQ(image.Word(kMinus(8)), std::nullopt);
}

}  // namespace
}  // namespace taskleak::platform
