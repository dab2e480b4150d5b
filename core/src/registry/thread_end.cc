// Compiled without exceptions (CMakeLists.txt), so pthread_cleanup_push does not depend on frames
// that can be unwound. Generated code and assembler code may have no such frames.
#include <pthread.h>

#include "taskleak/internal/thread_birth.h"

#ifdef __EXCEPTIONS
#error "compile this file with -fno-exceptions"
#endif

namespace taskleak::internal {

void* CallThen(void* (*routine)(void*), void* argument, void (*after)(void*), void* with) {
  void* result = nullptr;
  pthread_cleanup_push(after, with);
  result = routine(argument);
  pthread_cleanup_pop(1);
  return result;
}

}  // namespace taskleak::internal
