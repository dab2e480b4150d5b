// The kernel enters this code, with registers that no compiler knows of.
asm(R"(
.pushsection .text
.globl taskleak_signal_return
.hidden taskleak_signal_return
.type taskleak_signal_return, %function
.balign 4
taskleak_signal_return:
  mov x8, #139
  svc #0
.size taskleak_signal_return, . - taskleak_signal_return

.globl taskleak_start_tracer
.hidden taskleak_start_tracer
.type taskleak_start_tracer, %function
taskleak_start_tracer:
  mov x5, x2
  mov x6, x3
  mov x2, xzr
  mov x3, xzr
  mov x4, xzr
  mov x8, #220
  svc #0
  cbnz x0, 1f
  mov x29, xzr
  mov x30, xzr
  mov x0, x6
  blr x5
  mov x0, xzr
  mov x8, #93
  svc #0
  brk #0
1:
  ret
.size taskleak_start_tracer, . - taskleak_start_tracer
.popsection
)");
