// State that the tests to be isolated share: one test leaves it, and another reads it.
#ifndef TASKLEAK_TESTS_CLI_PROGRAMS_ISOLATE_TESTS_H_
#define TASKLEAK_TESTS_CLI_PROGRAMS_ISOLATE_TESTS_H_

#include <pthread.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace taskleak::tests {

struct Settings {
  int pool_size = 0;
  std::string name;
  int level = 0;
  bool on = false;
};

inline Settings& TheSettings() {
  static Settings settings;
  return settings;
}

inline void LeaveThread() {
  std::thread([] {
    pthread_setname_np(pthread_self(), "left-alone");
    for (;;) pause();
  }).detach();
}

// Leaks only in a process in which two other tests have run.
inline void UsePool() {
  if (TheSettings().pool_size == 2 && TheSettings().on) LeaveThread();
}

}  // namespace taskleak::tests

#endif  // TASKLEAK_TESTS_CLI_PROGRAMS_ISOLATE_TESTS_H_
