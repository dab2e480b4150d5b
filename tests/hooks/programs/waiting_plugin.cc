// A plugin. Its initialization starts threads in every way and waits for them. The dynamic linker's
// lock is held all that time.
#include <pthread.h>
#include <threads.h>

#include <atomic>
#include <cerrno>
#include <ctime>

namespace {

constexpr timespec kFar{.tv_sec = 1L << 40, .tv_nsec = 0};

void* Nothing(void* value) { return value; }
int NothingInC11(void*) { return 0; }

pthread_t Create() {
  pthread_t thread = 0;
  pthread_create(&thread, nullptr, Nothing, nullptr);
  return thread;
}

void JoinInEveryWay() {
  pthread_join(Create(), nullptr);
  pthread_timedjoin_np(Create(), nullptr, &kFar);
  pthread_clockjoin_np(Create(), nullptr, CLOCK_MONOTONIC, &kFar);
  const pthread_t thread = Create();
  while (pthread_tryjoin_np(thread, nullptr) == EBUSY) {
  }
}

void* CreateInEveryWay(void* done) {
  JoinInEveryWay();
  pthread_detach(Create());
  thrd_t thread = 0;
  thrd_create(&thread, NothingInC11, nullptr);
  thrd_join(thread, nullptr);
  thrd_create(&thread, NothingInC11, nullptr);
  thrd_detach(thread);
  static_cast<std::atomic<bool>*>(done)->store(true);
  return nullptr;
}

struct Plugin {
  Plugin() {
    std::atomic<bool> done{false};
    pthread_t thread = 0;
    pthread_create(&thread, nullptr, CreateInEveryWay, &done);
    pthread_join(thread, nullptr);
    done.store(false);
    pthread_create(&thread, nullptr, CreateInEveryWay, &done);
    pthread_detach(thread);
    while (!done.load()) thrd_yield();
  }
} g_plugin;

}  // namespace
