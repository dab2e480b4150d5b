// The only function of a shared library that starts threads.
#ifndef TASKLEAK_TESTS_HOOKS_PROGRAMS_CREATOR_LIBRARY_H_
#define TASKLEAK_TESTS_HOOKS_PROGRAMS_CREATOR_LIBRARY_H_

extern "C" void CreateInLibrary(void (*body)(void*), void* argument);

#endif  // TASKLEAK_TESTS_HOOKS_PROGRAMS_CREATOR_LIBRARY_H_
