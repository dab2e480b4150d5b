#include "linux/look/trace_stop.h"

#include <utility>

namespace taskleak::platform {

Registers ToRegisters(const user_regs_struct& values) {
  Registers registers;
  for (const auto& [number, value] : {std::pair{kRax, values.rax},
                                      {kRdx, values.rdx},
                                      {kRcx, values.rcx},
                                      {kRbx, values.rbx},
                                      {kRsi, values.rsi},
                                      {kRdi, values.rdi},
                                      {kRbp, values.rbp},
                                      {kRsp, values.rsp},
                                      {kR8, values.r8},
                                      {kR9, values.r9},
                                      {kR10, values.r10},
                                      {kR11, values.r11},
                                      {kR12, values.r12},
                                      {kR13, values.r13},
                                      {kR14, values.r14},
                                      {kR15, values.r15},
                                      {kRip, values.rip}})
    registers.Set(number, value);
  return registers;
}

}  // namespace taskleak::platform
