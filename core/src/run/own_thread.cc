#include "taskleak/own_thread.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "check/adopted.h"
#include "platform/thread_info.h"
#include "registry/own_threads.h"

namespace taskleak::internal {

void BecomeOwnThread(const char* name) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pthread_setname_np(pthread_self(), name);
  registry::MarkOwnThread();
  if (const auto stat = platform::ReadThreadStat(gettid()))
    check::Adopt({{gettid(), stat->start_ticks}});
}

}  // namespace taskleak::internal
