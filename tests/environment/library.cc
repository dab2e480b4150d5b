// A shared library in which a thread waits. It does not use libstdc++, because unique symbols of
// libstdc++ would keep it from being unloaded.
#include <unistd.h>

extern "C" [[gnu::noinline]] void WaitInLibrary(int descriptor) {
  char byte = 0;
  while (read(descriptor, &byte, 1) != 1) {
  }
}
