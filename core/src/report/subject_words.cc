#include "report/subject_words.h"

#include <cstring>

namespace taskleak::report {

std::string UnreachableText(const platform::Unreachable& why) {
  using Why = platform::Unreachable::Reason;
  switch (why.reason) {
    case Why::kNoProcess:
      return "there is no such process";
    case Why::kNotPermitted:
      return "not permitted: you must be the same user, with kernel.yama.ptrace_scope=0, or have "
             "the capability CAP_SYS_PTRACE (root)";
    case Why::kNoProgram:
      return "it is a kernel thread or has ended";
    case Why::kUnreadableProgram:
      return std::string("its program cannot be read: ") + std::strerror(why.error);
    case Why::kOtherProcessor:
      return "it is not a 64-bit program for this processor";
    case Why::kEnded:
      break;
  }
  return "it has ended, or its mappings cannot be read";
}

std::string_view CaveatText(platform::Caveat caveat) {
  return caveat == platform::Caveat::kOtherPidNamespace
             ? "it is in another pid namespace: the holders of its locks are not known"
             : "it is in another mount namespace: names come from files with the same paths in "
               "this namespace, and may be wrong";
}

}  // namespace taskleak::report
