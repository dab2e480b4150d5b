// Declares background threads of a library, which taskleak then does not report. The library needs
// taskleak neither to build nor to run: the declaration is a note in the library's file, which
// nothing else reads. In one source file of the library, outside of functions, in C or C++:
//   TASKLEAK_BACKGROUND_FUNCTION("mylib::Poller::Run")  // on the thread's stack; in C "mylib_poll"
//   TASKLEAK_BACKGROUND_THREAD("mylib-poller")  // by its name; its own code starts in the library
// A pattern is a glob without quotes and backslashes (docs/ignore-rules.md).
#ifndef TASKLEAK_BACKGROUND_THREAD_H_
#define TASKLEAK_BACKGROUND_THREAD_H_

#define TASKLEAK_BACKGROUND_FUNCTION(pattern) TASKLEAK_BACKGROUND_NOTE("1", pattern)
#define TASKLEAK_BACKGROUND_THREAD(pattern) TASKLEAK_BACKGROUND_NOTE("2", pattern)
#define TASKLEAK_BACKGROUND_NOTE(type, pattern)   \
  __asm__(                                        \
      ".pushsection .note.taskleak,\"a\",%note\n" \
      ".balign 4\n.long 9, 2f - 1f, " type        \
      "\n.asciz \"taskleak\"\n.balign 4\n"        \
      "1: .asciz \"" pattern "\"\n2: .balign 4\n.popsection\n");

#endif  // TASKLEAK_BACKGROUND_THREAD_H_
