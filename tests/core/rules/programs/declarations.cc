// What the documentation shows of declared threads.
// [declare]
#include <taskleak/background_thread.h>

TASKLEAK_BACKGROUND_FUNCTION("mylib::Poller::Run")  // threads with this function on their stack
TASKLEAK_BACKGROUND_THREAD("mylib-poller")  // threads of this name whose own code starts in it
// [/declare]
