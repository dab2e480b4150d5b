// Code whose lines are given by hand, as compilers give them. Without headers, this is file 1 of
// the debug information of GCC.
extern "C" {

__attribute__((visibility("default"))) extern const char* const taskleak_optimized;
__attribute__((visibility("default"))) extern const char* const taskleak_not_optimized;

// The statement of line 101 begins before the code that was made of it, which has line 109.
void taskleak_statements() {
  asm volatile(
      ".loc 1 101 0 is_stmt 1\n"
      ".loc 1 109 0 is_stmt 0\n"
      "taskleak_place_optimized: nop\n"
      ".loc 1 102 0 is_stmt 1\n"
      "nop\n"
      ".loc 1 201 0 is_stmt 1\n"
      "nop\n"
      ".loc 1 209 0 is_stmt 1\n"
      "taskleak_place_not_optimized: nop\n"
      ".loc 1 202 0 is_stmt 1\n"
      "nop\n"
      ".pushsection .data.rel.ro,\"aw\"\n"
      ".balign 8\n"
      ".globl taskleak_optimized, taskleak_not_optimized\n"
      "taskleak_optimized: .quad taskleak_place_optimized\n"
      "taskleak_not_optimized: .quad taskleak_place_not_optimized\n"
      ".popsection\n");
}
}
