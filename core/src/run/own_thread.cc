#include "taskleak/internal/own_thread.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <future>
#include <new>
#include <utility>

#include "alive/background.h"
#include "linux/proc/thread_info.h"
#include "registry/own_threads.h"
#include "registry/thread_birth.h"

namespace taskleak::internal {
namespace {

// Makes the calling thread one of taskleak's own.
void BecomeOwnThread(const char* name, bool calls_program) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pthread_setname_np(pthread_self(), name);
  registry::MarkOwnThread(calls_program);
  if (const auto stat = platform::ReadThreadStat(gettid()))
    alive::AdoptThread({gettid(), stat->start_ticks});
}

}  // namespace

OwnThread::OwnThread(const char* name, std::function<void()> body, bool calls_program)
    : process_(getpid()) {
  std::promise<void> marked;
  const std::future<void> is_marked = marked.get_future();
  const registry::UnrecordedBirths no_count_has_it;
  thread_ = std::thread([=, body = std::move(body), marked = std::move(marked)]() mutable {
    BecomeOwnThread(name, calls_program);
    marked.set_value();
    body();
  });
  is_marked.wait();
}

void OwnThread::Join() {
  if (process_ == getpid()) {
    thread_.join();
    return;
  }
  // The object is neither joined nor detached, since ThreadSanitizer does not know the thread here.
  // So it is never destroyed.
  alignas(std::thread) std::array<std::byte, sizeof(std::thread)> left;
  new (left.data()) std::thread(std::move(thread_));
}

}  // namespace taskleak::internal
