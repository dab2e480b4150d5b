// The kernel enters this code, with registers that no compiler knows of.
asm(R"(
.pushsection .text
.globl taskleak_signal_return
.hidden taskleak_signal_return
.type taskleak_signal_return, @function
taskleak_signal_return:
  mov $15, %rax
  syscall
.size taskleak_signal_return, . - taskleak_signal_return

.globl taskleak_start_tracer
.hidden taskleak_start_tracer
.type taskleak_start_tracer, @function
taskleak_start_tracer:
  mov %rdx, %r8
  mov %rcx, %r9
  xor %edx, %edx
  xor %r10d, %r10d
  mov $56, %eax
  syscall
  test %rax, %rax
  jnz 1f
  xor %ebp, %ebp
  mov %r9, %rdi
  call *%r8
  xor %edi, %edi
  mov $60, %eax
  syscall
  hlt
1:
  ret
.size taskleak_start_tracer, . - taskleak_start_tracer
.popsection
)");
