#include "linux/unwind/code_facts.h"

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

// Returns the code that a call of `target` executes.
FunctionRange CodeFacts::FunctionFrom(std::uintptr_t target) {
  return {target, RuleAt(target).function.end};
}

// Returns whether the call leads to the function, or to one that has a jump to it.
bool CodeFacts::Reaches(const CallSite& call, std::uintptr_t function_start) {
  if (call.Calls(function_start)) return true;
  for (const std::uintptr_t target : call.targets) {
    if (HasJump(FunctionFrom(target), function_start)) return true;
  }
  return false;
}

Caller CodeFacts::CallerOf(std::uintptr_t function_start, std::uintptr_t return_address) {
  const auto known = callers_.find({function_start, return_address});
  if (known != callers_.end()) return known->second;
  const CallSite& call = CallBefore(return_address);
  Caller caller = call.is_call ? Caller::kMayCall : Caller::kNone;
  if (!call.targets.empty()) {
    if (Reaches(call, function_start))
      caller = Caller::kCalls;
    else if (!HasJumpThroughPointer(FunctionFrom(call.targets.back())))
      caller = Caller::kCallsAnother;
  }
  return callers_.emplace(std::pair{function_start, return_address}, caller).first->second;
}

std::vector<std::uintptr_t> CodeFacts::CallersOf(std::uintptr_t function_start) {
  if (!all_calls_) all_calls_.emplace();
  return all_calls_->CallersOf(function_start);
}

bool CodeFacts::LeadsTo(std::uintptr_t return_address, std::uintptr_t function_start) {
  if (!all_calls_) all_calls_.emplace();
  for (const std::uintptr_t target : CallBefore(return_address).targets) {
    if (all_calls_->JumpsTo(target, function_start)) return true;
  }
  return false;
}

const Prologue& CodeFacts::PrologueOf(std::uintptr_t function_start) {
  const auto found = prologues_.find(function_start);
  return found != prologues_.end()
             ? found->second
             : prologues_.emplace(function_start, ReadPrologue(function_start)).first->second;
}

}  // namespace taskleak::platform
