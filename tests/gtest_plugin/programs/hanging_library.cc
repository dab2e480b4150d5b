// A library with a constructor that never returns, so the thread that loads it keeps the loader's
// lock.
#include <unistd.h>

__attribute__((constructor)) static void Hang() {
  for (;;) pause();
}
