// A shared library without taskleak that starts threads.
#include "hooks/programs/creator_library.h"

#include <thread>

void CreateInLibrary(void (*body)(void*), void* argument) { std::thread(body, argument).detach(); }
