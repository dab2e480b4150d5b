// A library that keeps threads and declares one kind of them. It knows no more of taskleak than the
// one header. Compiled with NAME as the name that its functions begin with.
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "taskleak/background_thread.h"

#define JOINED_(a, b) a##b
#define JOINED(a, b) JOINED_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

TASKLEAK_BACKGROUND_FUNCTION(TEXT(NAME) "_poll")
TASKLEAK_BACKGROUND_THREAD(TEXT(NAME) "-named*")

namespace {

sem_t g_running;

}  // namespace

extern "C" {

// Waits for ever, in a function of its own.
[[gnu::noinline]] void JOINED(NAME, _poll)() {
  sem_post(&g_running);
  for (;;) pause();
}

[[gnu::noinline]] void JOINED(NAME, _work)() {
  sem_post(&g_running);
  for (;;) pause();
}

static void* Poll(void*) {
  JOINED(NAME, _poll)();
  return nullptr;
}

static void* Work(void* name) {
  if (name != nullptr) pthread_setname_np(pthread_self(), static_cast<const char*>(name));
  JOINED(NAME, _work)();
  return nullptr;
}

static int Start(void* (*routine)(void*), const char* name) {
  pthread_t thread;
  sem_init(&g_running, 0, 0);
  if (pthread_create(&thread, nullptr, routine, const_cast<char*>(name)) != 0) return -1;
  pthread_detach(thread);
  while (sem_wait(&g_running) != 0) {
  }
  return 0;
}

// Start a thread in the declared function, one with a declared name, and one with neither.
int JOINED(NAME, _start_poller)() { return Start(Poll, nullptr); }
int JOINED(NAME, _start_named)() { return Start(Work, TEXT(NAME) "-named-1"); }
int JOINED(NAME, _start_other)() { return Start(Work, "undeclared"); }

}  // extern "C"
