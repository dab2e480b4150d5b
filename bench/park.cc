// Compiled once for each PARK_FUNCTION.
#include "bench/park.h"

#include <unistd.h>

namespace taskleak::bench {

[[gnu::noinline]] void PARK_FUNCTION(int descriptor, int depth) {
  if (depth > 0) {
    PARK_FUNCTION(descriptor, depth - 1);
  } else {
    char byte = 0;
    while (read(descriptor, &byte, 1) > 0) {
    }
  }
  asm volatile("");  // keeps the call above from becoming a jump
}

}  // namespace taskleak::bench
