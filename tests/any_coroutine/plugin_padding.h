// Code before and behind the coroutines of a library, so that builds of it can differ in nothing
// but where they are, or in how large the library is.
#ifndef TASKLEAK_TESTS_ANY_COROUTINE_PLUGIN_PADDING_H_
#define TASKLEAK_TESTS_ANY_COROUTINE_PLUGIN_PADDING_H_

#define PLUGIN_TEXT_OF(number) #number
#define PLUGIN_TEXT(number) PLUGIN_TEXT_OF(number)

// Many functions come first: 400 that do nothing, with call frame information.
asm(".text\n"
    ".rept 400\n"
    ".cfi_startproc\n"
    "nop\n"
    "ret\n"
    ".cfi_endproc\n"
    ".endr\n"
    ".space " PLUGIN_TEXT(PLUGIN_BEFORE) "\n"
    ".balign 16\n"
    ".text 1\n"
    ".space " PLUGIN_TEXT(PLUGIN_BEHIND) "\n"
    ".text\n");

#endif  // TASKLEAK_TESTS_ANY_COROUTINE_PLUGIN_PADDING_H_
