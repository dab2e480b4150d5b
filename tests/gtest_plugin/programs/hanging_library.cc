// A library whose constructor never returns, so that whoever loads it keeps the loader's lock.
#include <unistd.h>

__attribute__((constructor)) static void Hang() {
  for (;;) pause();
}
