// A shared library that a thread waits in. C-like, since libstdc++'s unique symbols would keep it
// from being unloaded.
#include <unistd.h>

extern "C" [[gnu::noinline]] void WaitInLibrary(int descriptor) {
  char byte = 0;
  while (read(descriptor, &byte, 1) != 1) {
  }
}
