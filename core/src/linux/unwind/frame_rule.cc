#include "linux/unwind/frame_rule.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "linux/arch/decode.h"
#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

struct FreeFrame {
  void operator()(Dwarf_Frame* frame) const { std::free(frame); }
};
using OwnedFrame = std::unique_ptr<Dwarf_Frame, FreeFrame>;

bool Fits(std::int64_t value) {
  return value >= std::numeric_limits<std::int32_t>::min() &&
         value <= std::numeric_limits<std::int32_t>::max();
}

// Makes one rule from libdw's information about one place.
class RuleMaker {
 public:
  explicit RuleMaker(Dwarf_Frame* frame) : frame_(frame) {}

  std::optional<FrameRule> Make() {
    rule_.found = true;
    if (dwarf_frame_info(frame_, nullptr, nullptr, &rule_.signal_frame) != kReturnColumn) return {};
    if (!TakeCfa()) return {};
    for (unsigned number = 0; number < kColumnCount; ++number) {
      if (!TakeRegister(number)) return {};
    }
    return std::move(rule_);
  }

 private:
  bool TakeCfa() {
    Dwarf_Op* ops = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_cfa(frame_, &ops, &count) != 0 || count == 0) return false;
    const auto offset = static_cast<std::int64_t>(ops[0].number2);
    if (count == 1 && ops[0].atom == DW_OP_bregx && ops[0].number < kRegisterCount &&
        Fits(offset)) {
      rule_.cfa_register = static_cast<std::uint8_t>(ops[0].number);
      rule_.cfa_operand = static_cast<std::int32_t>(offset);
      rule_.needs_frame_pointer = rule_.cfa_register == kFramePointer;
      return true;
    }
    rule_.cfa_operand = Keep(ops, count);
    for (std::size_t i = 0; i < count; ++i) {
      rule_.needs_frame_pointer |= ops[i].atom == DW_OP_breg0 + unsigned{kFramePointer};
    }
    return true;
  }

  bool TakeRegister(unsigned number) {
    Dwarf_Op memory[3];
    Dwarf_Op* ops = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_register(frame_, static_cast<int>(number), memory, &ops, &count) != 0)
      return false;
    Location& location = rule_.callers[number];
    if (count == 0) {
      location.kind = ops == nullptr ? Location::kSame : Location::kUnknown;
      return true;
    }
    const bool value = ops[count - 1].atom == DW_OP_stack_value;
    const std::size_t length = value ? count - 1 : count;
    if (length == 1 && ops[0].atom == DW_OP_regx && ops[0].number < kRegisterCount) {
      location = {Location::kInRegister, static_cast<std::int32_t>(ops[0].number)};
    } else if (const auto offset = CfaPlus(ops, length)) {
      location = {value ? Location::kCfaPlus : Location::kSavedAtCfaPlus, *offset};
    } else {
      location = {value ? Location::kExpression : Location::kSavedAtExpression, Keep(ops, length)};
    }
    return true;
  }

  static std::optional<std::int32_t> CfaPlus(const Dwarf_Op* ops, std::size_t count) {
    if (count == 0 || count > 2 || ops[0].atom != DW_OP_call_frame_cfa) return {};
    if (count == 1) return 0;
    const auto offset = static_cast<std::int64_t>(ops[1].number);
    if (ops[1].atom != DW_OP_plus_uconst || !Fits(offset)) return {};
    return static_cast<std::int32_t>(offset);
  }

  std::int32_t Keep(const Dwarf_Op* ops, std::size_t count) {
    rule_.expressions.emplace_back(ops, ops + count);
    return static_cast<std::int32_t>(rule_.expressions.size() - 1);
  }

  Dwarf_Frame* frame_;
  FrameRule rule_;
};

// Boost.Context's assembler code has no call frame information. A context's first function has a
// return address within make_fcontext, although that code did not call it (make_*_gas.S).
bool StartsContext(Dwfl_Module* module, std::uintptr_t pc) {
  const char* const name = dwfl_module_addrname(module, pc);
  if (name != nullptr) return std::string_view(name) == "make_fcontext";
  // From Boost 1.92 on, the shared library hides its name.
  const char* const file =
      dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  return file != nullptr &&
         std::string_view(file).find("/libboost_context.so") != std::string_view::npos;
}

FrameRule StartRule() {
  FrameRule rule;
  rule.found = true;
  return rule;
}

template <std::size_t kSize>
bool HasCode(std::uintptr_t at, const std::array<unsigned char, kSize>& expected) {
  std::array<unsigned char, kSize> code{};
  return kSize != 0 && ReadMemory(at, code.data(), code.size()) == code.size() && code == expected;
}

constexpr bool kReturnsByRegister = kReturnColumn != kPc;

// Makes the rule for a place where no register has changed and the function has put so many bytes
// on the stack: with the return address as the first of them, or on top of the return address.
FrameRule PushedRule(const FunctionRange& function, std::size_t pushed) {
  constexpr std::int32_t kWord = sizeof(std::uintptr_t);
  FrameRule rule;
  rule.found = true;
  rule.cfa_register = kStackPointer;
  rule.cfa_operand = static_cast<std::int32_t>(pushed) + (kReturnsByRegister ? 0 : kWord);
  for (Location& location : rule.callers) location.kind = Location::kSame;
  rule.callers[kStackPointer] = {Location::kCfaPlus, 0};
  if (rule.cfa_operand != 0) rule.callers[kReturnColumn] = {Location::kSavedAtCfaPlus, -kWord};
  rule.function = function;
  return rule;
}

// Returns how many bytes an entry of a procedure linkage table has put on the stack before it comes
// to `pc`; nothing if none is there.
std::optional<std::size_t> PushedByLinkageEntryAt(std::uintptr_t pc) {
  constexpr std::size_t kReach = decoders::kLinkageReach;
  std::array<unsigned char, 2 * kReach> code{};
  ReadMemory(pc - kReach, code.data(), kReach);  // it may begin with the entry
  if (ReadMemory(pc, &code[kReach], kReach) != kReach) return {};
  return decoders::PushedByLinkageEntry(code);
}

// aarch64's vdso has no call frame information, and few of its functions need a frame (lib/vdso,
// gettimeofday.c).
bool IsInVdso(Dwfl_Module* module) {
  const char* const name =
      dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  return name != nullptr && std::string_view(name).starts_with("[vdso");
}

// Makes the rule for code that a signal interrupted: all of its registers are on the stack.
FrameRule SignalReturnRule() {
  FrameRule rule;
  rule.found = true;
  rule.signal_frame = true;
  rule.cfa_register = kStackPointer;
  rule.return_register = kPc;
  for (std::size_t number = 0; number < kRegisterCount; ++number) {
    rule.callers[number] = {
        Location::kSavedAtCfaPlus,
        static_cast<std::int32_t>(kSignalRegisters + number * sizeof(std::uint64_t))};
  }
  return rule;
}

}  // namespace

FrameRule MakeFrameRule(std::uintptr_t pc) {
  Dwfl_Module* const module =
      Modules::Instance().IsCode(pc) ? Modules::Instance().Find(pc) : nullptr;
  // A handler returns to the trampoline's first instruction, and a caller is looked up by the byte
  // before its return address.
  if (HasCode(pc, kSignalReturn) || HasCode(pc + 1, kSignalReturn)) return SignalReturnRule();
  if (module == nullptr) return {};
  using Source = Dwarf_CFI* (*)(Dwfl_Module*, Dwarf_Addr*);
  for (const Source source : {Source{dwfl_module_eh_cfi}, Source{dwfl_module_dwarf_cfi}}) {
    Dwarf_Addr bias = 0;
    Dwarf_CFI* const cfi = source(module, &bias);
    Dwarf_Frame* frame = nullptr;
    if (cfi == nullptr || dwarf_cfi_addrframe(cfi, pc - bias, &frame) != 0) continue;
    const OwnedFrame owner(frame);
    if (auto rule = RuleMaker(frame).Make()) {
      rule->function = FunctionAt(module, pc);
      return *std::move(rule);
    }
  }
  if (HasCode(pc - kCallInstruction.size(), kCloneReturn))
    return PushedRule(FunctionAt(module, pc), 0);
  const std::optional<std::size_t> pushed = PushedByLinkageEntryAt(pc);
  if (pushed || (kReturnsByRegister && IsInVdso(module))) {
    FrameRule rule = PushedRule(FunctionAt(module, pc), pushed.value_or(0));
    rule.assumed = true;
    return rule;
  }
  return StartsContext(module, pc) ? StartRule() : FrameRule();
}

}  // namespace taskleak::platform
