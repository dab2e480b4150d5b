// One of two units with a coroutine of the same name.
#include "any_coroutine/plugin.h"

#ifdef PLUGIN_BEFORE
#include "any_coroutine/plugin_padding.h"
#endif

namespace {

[[gnu::noinline]] plugin::Job Serve() { co_await std::suspend_always(); }

}  // namespace

/// Starts a coroutine in each unit and returns them in `jobs`.
extern "C" __attribute__((visibility("default"))) void StartJobs(void** jobs) {
  jobs[0] = Serve().handle.address();
  jobs[1] = plugin::StartSecond();
}

extern "C" __attribute__((visibility("default"))) void DestroyJobs(void** jobs) {
  for (int i = 0; i < 2; ++i) std::coroutine_handle<>::from_address(jobs[i]).destroy();
}
