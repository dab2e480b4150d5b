// A shared library that starts threads, knowing nothing of taskleak.
#include "hooks/programs/creator_library.h"

#include <thread>

void CreateInLibrary(void (*body)(void*), void* argument) { std::thread(body, argument).detach(); }
