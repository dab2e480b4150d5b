// Keeps what unwinding needs to know of this process's code. Each place is read once.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_CODE_FACTS_H_
#define TASKLEAK_SRC_LINUX_UNWIND_CODE_FACTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "linux/arch/call_site.h"
#include "linux/arch/prologue.h"
#include "linux/modules/modules.h"
#include "linux/unwind/callers.h"
#include "linux/unwind/frame_rule.h"

namespace taskleak::platform {

enum class Caller {
  kNone,          ///< there is no call
  kCallsAnother,  ///< it calls another function, which is not known to jump on to this one
  kMayCall,       ///< it goes through a pointer, or the function that it calls jumps through one
  kCalls,         ///< it calls this function
};

/// Rules, calls and prologues by address, forgotten when what is mapped changes. The references
/// hold until the next Refresh of the modules.
class CodeFacts {
 public:
  /// Returns the process's own, which is never destroyed. It belongs to the modules and shares
  /// their mutex.
  static CodeFacts& Instance() TASKLEAK_REQUIRES(Modules::Instance().mutex());

  /// Returns the rule at `pc`. For a return address, pass one less: the call is what the caller
  /// still executes.
  const FrameRule& RuleAt(std::uintptr_t pc) TASKLEAK_REQUIRES(Modules::Instance().mutex());
  /// Returns what the call before a return address says of the function that returns there.
  Caller CallerOf(std::uintptr_t function_start, std::uintptr_t return_address)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());
  /// Returns the addresses after all calls of the function that the code has
  /// (linux/unwind/callers.h).
  std::vector<std::uintptr_t> CallersOf(std::uintptr_t function_start)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());
  /// Returns whether the call before a return address leads to the function through others that
  /// each end with a jump to the next one.
  bool LeadsTo(std::uintptr_t return_address, std::uintptr_t function_start)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());
  const Prologue& PrologueOf(std::uintptr_t function_start)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());

 private:
  CodeFacts() = default;
  const CallSite& CallBefore(std::uintptr_t return_address);
  bool Reaches(const CallSite& call, std::uintptr_t function_start)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());
  FunctionRange FunctionFrom(std::uintptr_t target) TASKLEAK_REQUIRES(Modules::Instance().mutex());

  std::unordered_map<std::uintptr_t, FrameRule> rules_;
  std::unordered_map<std::uintptr_t, CallSite> calls_;  // by return address
  std::map<std::pair<std::uintptr_t, std::uintptr_t>, Caller> callers_;
  std::unordered_map<std::uintptr_t, Prologue> prologues_;
  std::optional<CallIndex> all_calls_;  // made when it is first needed
  std::uint64_t generation_ = 0;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_CODE_FACTS_H_
