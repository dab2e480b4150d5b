#include "linux/unwind/frame_walk.h"

#include <optional>

#include "linux/proc/process_image.h"
#include "linux/proc/subject.h"

namespace taskleak::platform {
namespace {

// This machine may sign return addresses in other bits than the one of a core file, or not at all.
std::uintptr_t WithoutSignature(std::uintptr_t address) {
  const ProcessImage* const image = SubjectImage();
  return StripSignature(image == nullptr ? address : address & ~image->signature_bits());
}

}  // namespace

std::optional<std::uintptr_t> FrameWalker::Cfa(const FrameRule& rule, const Registers& registers) {
  if (rule.cfa_register == FrameRule::kNoRegister) {
    return Evaluate(rule.expressions[static_cast<std::size_t>(rule.cfa_operand)], registers, 0,
                    image_);
  }
  if (!registers.Knows(rule.cfa_register)) return {};
  return registers[rule.cfa_register] + static_cast<std::uintptr_t>(std::int64_t{rule.cfa_operand});
}

std::optional<std::uint64_t> FrameWalker::CallersValue(const FrameRule& rule, unsigned number,
                                                       const Registers& registers,
                                                       std::uintptr_t cfa) {
  const Location& location = rule.callers[number];
  const auto index = static_cast<std::size_t>(location.operand);
  const std::uintptr_t at = cfa + static_cast<std::uintptr_t>(std::int64_t{location.operand});
  switch (location.kind) {
    case Location::kSame:
      return registers.Knows(number) ? std::optional(registers[number]) : std::nullopt;
    case Location::kUnknown:
      return {};
    case Location::kSavedAtCfaPlus:
      return image_.Word(at);
    case Location::kCfaPlus:
      return at;
    case Location::kInRegister: {
      const auto other = static_cast<unsigned>(location.operand);
      return registers.Knows(other) ? std::optional(registers[other]) : std::nullopt;
    }
    case Location::kSavedAtExpression: {
      const auto address = Evaluate(rule.expressions[index], registers, cfa, image_);
      return address ? image_.Word(*address) : std::nullopt;
    }
    case Location::kExpression:
      return Evaluate(rule.expressions[index], registers, cfa, image_);
  }
  return {};
}

bool FrameWalker::ToCaller(FrameState* state, std::uintptr_t* cfa, WalkEnd* end) {
  const Registers callee = state->registers;
  const FrameRule& rule = facts_.RuleAt(state->instruction());
  const auto stop = [end](WalkEnd why) {
    *end = why;
    return false;
  };
  if (!rule.found || (rule.assumed && state->is_return_address)) return stop(WalkEnd::kNoRule);
  if (rule.is_start()) return stop(WalkEnd::kStart);
  if (rule.needs_frame_pointer && !callee.Knows(kFramePointer))
    return stop(WalkEnd::kNeedsFramePointer);
  const auto address = Cfa(rule, callee);
  if (!address) return stop(WalkEnd::kUnreadable);
  *cfa = *address;
  // A signal handler may run on a stack of its own, anywhere; and the innermost function may have
  // taken its return address off the stack, as vfork(3) does.
  const bool upwards =
      *cfa > callee[kStackPointer] || (*cfa == callee[kStackPointer] && !state->is_return_address);
  if (!upwards && !rule.signal_frame) return stop(WalkEnd::kNotUpwards);
  const auto saved = CallersValue(rule, rule.return_register, callee, *cfa);
  if (!saved) {
    return stop(rule.callers[rule.return_register].kind == Location::kSame
                    ? WalkEnd::kNeedsReturnAddress
                    : WalkEnd::kUnreadable);
  }
  const std::uintptr_t return_address = WithoutSignature(*saved);
  if (return_address == 0) return stop(WalkEnd::kZero);
  if (!Modules::Instance().IsCode(return_address - (rule.signal_frame ? 0 : 1)))
    return stop(WalkEnd::kNotCode);
  if (rule.assumed && facts_.CallerOf(rule.function.start, return_address) == Caller::kNone)
    return stop(WalkEnd::kNoRule);
  Registers caller;
  for (unsigned number = 0; number < kColumnCount; ++number) {
    const auto value = CallersValue(rule, number, callee, *cfa);
    if (value) caller.Set(number, *value);
  }
  caller.Set(kPc, return_address);
  state->registers = caller;
  state->is_return_address = !rule.signal_frame;
  return true;
}

Walk FrameWalker::Go(FrameState state, std::size_t most_frames) {
  Walk walk;
  while (walk.frames.size() < most_frames) {
    walk.frames.push_back({state.pc(), state.is_return_address, false});
    walk.last = state;
    const FrameRule& callee = facts_.RuleAt(state.instruction());
    std::uintptr_t cfa = 0;
    if (!ToCaller(&state, &cfa, &walk.end)) break;
    walk.cfas.push_back(cfa);
    walk.assumes |= callee.assumed;
    if (callee.needs_frame_pointer && state.is_return_address &&
        facts_.CallerOf(callee.function.start, state.pc()) == Caller::kCallsAnother)
      ++walk.contradictions;
  }
  return walk;
}

}  // namespace taskleak::platform
