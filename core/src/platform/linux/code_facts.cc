#include "platform/linux/code_facts.h"

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

const Prologue& CodeFacts::PrologueOf(std::uintptr_t function_start) {
  const auto found = prologues_.find(function_start);
  return found != prologues_.end()
             ? found->second
             : prologues_.emplace(function_start, ReadPrologue(function_start)).first->second;
}

}  // namespace taskleak::platform
