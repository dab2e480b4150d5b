#include "platform/linux/code_facts.h"

#include <algorithm>

namespace taskleak::platform {

CodeFacts& CodeFacts::Instance() {
  static CodeFacts* const instance = new CodeFacts();
  const std::uint64_t generation = Modules::Instance().generation();
  if (instance->generation_ != generation) {
    *instance = CodeFacts();
    instance->generation_ = generation;
  }
  return *instance;
}

const FrameRule& CodeFacts::RuleAt(std::uintptr_t pc) {
  const auto found = rules_.find(pc);
  return found != rules_.end() ? found->second
                               : rules_.emplace(pc, MakeFrameRule(pc)).first->second;
}

const CallSite& CodeFacts::CallBefore(std::uintptr_t return_address) {
  const auto found = calls_.find(return_address);
  return found != calls_.end()
             ? found->second
             : calls_.emplace(return_address, ReadCallSite(return_address)).first->second;
}

Caller CodeFacts::CallerOf(std::uintptr_t function_start, std::uintptr_t return_address) {
  const auto known = callers_.find({function_start, return_address});
  if (known != callers_.end()) return known->second;
  const CallSite& call = CallBefore(return_address);
  Caller caller = call.is_call ? Caller::kMayCall : Caller::kNone;
  if (!call.targets.empty()) {
    const bool reaches =
        call.Calls(function_start) ||
        std::any_of(call.targets.begin(), call.targets.end(),
                    [&](std::uintptr_t at) { return HasJump(at, function_start); });
    const std::uintptr_t called = call.targets.back();
    if (reaches)
      caller = Caller::kCalls;
    else if (!HasJumpThroughPointer(called, RuleAt(called).function.end))
      caller = Caller::kCallsAnother;
  }
  return callers_.emplace(std::pair{function_start, return_address}, caller).first->second;
}

const Prologue& CodeFacts::PrologueOf(std::uintptr_t function_start) {
  const auto found = prologues_.find(function_start);
  return found != prologues_.end()
             ? found->second
             : prologues_.emplace(function_start, ReadPrologue(function_start)).first->second;
}

}  // namespace taskleak::platform
