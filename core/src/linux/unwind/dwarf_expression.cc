#include "linux/unwind/dwarf_expression.h"

#include <dwarf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace taskleak::platform {
namespace {

std::optional<std::uint64_t> Binary(std::uint8_t operation, std::uint64_t a, std::uint64_t b) {
  const auto signed_a = static_cast<std::int64_t>(a);
  const auto signed_b = static_cast<std::int64_t>(b);
  switch (operation) {
    case DW_OP_plus:
      return a + b;
    case DW_OP_minus:
      return a - b;
    case DW_OP_mul:
      return a * b;
    case DW_OP_and:
      return a & b;
    case DW_OP_or:
      return a | b;
    case DW_OP_xor:
      return a ^ b;
    case DW_OP_shl:
      return b < 64 ? a << b : 0;
    case DW_OP_shr:
      return b < 64 ? a >> b : 0;
    case DW_OP_shra:
      return static_cast<std::uint64_t>(signed_a >> std::min<std::uint64_t>(b, 63));
    case DW_OP_eq:
      return static_cast<std::uint64_t>(a == b);
    case DW_OP_ne:
      return static_cast<std::uint64_t>(a != b);
    case DW_OP_ge:
      return static_cast<std::uint64_t>(signed_a >= signed_b);
    case DW_OP_gt:
      return static_cast<std::uint64_t>(signed_a > signed_b);
    case DW_OP_le:
      return static_cast<std::uint64_t>(signed_a <= signed_b);
    case DW_OP_lt:
      return static_cast<std::uint64_t>(signed_a < signed_b);
    default:
      return std::nullopt;
  }
}

// A stack machine over a small fixed stack.
class Machine {
 public:
  Machine(const Registers& registers, std::uint64_t cfa, StackImage& image)
      : registers_(registers), cfa_(cfa), image_(image) {}

  bool Run(const Dwarf_Op& op) {
    if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) return Push(op.atom - DW_OP_lit0);
    if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31)
      return PushRegister(op.atom - DW_OP_breg0, op.number);
    // DW_OP_const1u, DW_OP_const1s and so on; libdw has extended the sign.
    if (op.atom == DW_OP_addr || (op.atom >= DW_OP_const1u && op.atom <= DW_OP_consts))
      return Push(op.number);
    switch (op.atom) {
      case DW_OP_bregx:
        return PushRegister(op.number, op.number2);
      case DW_OP_call_frame_cfa:
        return Push(cfa_);
      case DW_OP_plus_uconst:
        return depth_ >= 1 && Push(Pop() + op.number);
      case DW_OP_dup:
        return depth_ >= 1 && Push(stack_[depth_ - 1]);
      case DW_OP_over:
        return depth_ >= 2 && Push(stack_[depth_ - 2]);
      case DW_OP_drop:
        return depth_ >= 1 && (Pop(), true);
      case DW_OP_swap:
        return depth_ >= 2 && (std::swap(stack_[depth_ - 1], stack_[depth_ - 2]), true);
      case DW_OP_neg:
        return depth_ >= 1 && Push(0 - Pop());
      case DW_OP_not:
        return depth_ >= 1 && Push(~Pop());
      case DW_OP_deref:
        return depth_ >= 1 && Push(image_.Word(Pop()));
      case DW_OP_nop:
      case DW_OP_stack_value:
        return true;
      default:
        return RunBinary(op.atom);
    }
  }

  std::optional<std::uint64_t> Result() {
    return depth_ >= 1 ? std::optional(Pop()) : std::nullopt;
  }

 private:
  bool Push(std::optional<std::uint64_t> value) {
    if (!value || depth_ == stack_.size()) return false;
    stack_[depth_++] = *value;
    return true;
  }
  std::uint64_t Pop() { return stack_[--depth_]; }

  bool PushRegister(std::uint64_t number, std::uint64_t offset) {
    if (number >= kRegisterCount || !registers_.Knows(static_cast<unsigned>(number))) return false;
    return Push(registers_[static_cast<unsigned>(number)] + offset);
  }

  bool RunBinary(std::uint8_t operation) {
    if (depth_ < 2) return false;
    const std::uint64_t b = Pop();
    const std::uint64_t a = Pop();
    return Push(Binary(operation, a, b));
  }

  const Registers& registers_;
  std::uint64_t cfa_;
  StackImage& image_;
  std::array<std::uint64_t, 16> stack_{};
  std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::uint64_t> Evaluate(const DwarfExpression& expression, const Registers& registers,
                                      std::uint64_t cfa, StackImage& image) {
  Machine machine(registers, cfa, image);
  for (const Dwarf_Op& op : expression) {
    if (!machine.Run(op)) return std::nullopt;
  }
  return machine.Result();
}

}  // namespace taskleak::platform
