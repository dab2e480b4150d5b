// A process to be looked at from outside. It has threads that wait, and one that runs. If the first
// argument is "deadlock", two deadlock; if it is "owner", two wait for a mutex that a third one
// holds; if it is "crowd", 300 more wait; if it is "timed", three more wait for an hour. It ends
// when its standard input ends.
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <latch>
#include <mutex>
#include <thread>

namespace {

void Named(const char* name) { pthread_setname_np(pthread_self(), name); }

void ReadNothing(int descriptor) {
  Named("reader");
  char byte = 0;
  static_cast<void>(!read(descriptor, &byte, 1));
}

void WaitForOrders(std::mutex& mutex, std::condition_variable& orders) {
  Named("waiter");
  std::unique_lock lock(mutex);
  for (;;) orders.wait(lock);
}

void Spin() {
  Named("spinner");
  for (volatile unsigned turns = 0;;) turns = turns + 1;
}

void LockBoth(std::mutex& first, std::mutex& second, std::latch& both_have_one) {
  Named("philosopher");
  const std::lock_guard one(first);
  both_have_one.arrive_and_wait();
  const std::lock_guard other(second);
}

void ReadLocked(std::mutex& mutex, std::latch& locked, int descriptor) {
  const std::lock_guard lock(mutex);
  locked.count_down();
  ReadNothing(descriptor);
}

void WaitForOwner(std::mutex& mutex, std::latch& locked) {
  locked.wait();
  const std::lock_guard lock(mutex);
}

void WaitForAnHour() {
  static constexpr std::chrono::hours kHour(1);
  std::thread([] {
    Named("sleeper");
    std::this_thread::sleep_for(kHour);
  }).detach();
  std::thread([] {
    Named("poller");
    poll(nullptr, 0, static_cast<int>(std::chrono::milliseconds(kHour).count()));
  }).detach();
  std::thread([] {
    Named("patient");
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable().wait_for(lock, kHour);
  }).detach();
}

}  // namespace

int main(int, char** arguments) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return 1;
  std::mutex mutexes[3];
  std::condition_variable orders;
  std::latch both_have_one(2);
  std::latch locked(1);
  const bool crowd = arguments[1] != nullptr && std::strcmp(arguments[1], "crowd") == 0;
  for (int i = 0; i < (crowd ? 303 : 3); ++i) std::thread(ReadNothing, pipe_ends[0]).detach();
  std::thread(WaitForOrders, std::ref(mutexes[2]), std::ref(orders)).detach();
  std::thread(Spin).detach();
  if (arguments[1] != nullptr && std::strcmp(arguments[1], "deadlock") == 0) {
    for (int i = 0; i < 2; ++i) {
      std::thread(LockBoth, std::ref(mutexes[i]), std::ref(mutexes[1 - i]), std::ref(both_have_one))
          .detach();
    }
  }
  if (arguments[1] != nullptr && std::strcmp(arguments[1], "owner") == 0) {
    std::thread(ReadLocked, std::ref(mutexes[0]), std::ref(locked), pipe_ends[0]).detach();
    for (int i = 0; i < 2; ++i)
      std::thread(WaitForOwner, std::ref(mutexes[0]), std::ref(locked)).detach();
  }
  if (arguments[1] != nullptr && std::strcmp(arguments[1], "timed") == 0) WaitForAnHour();
  char byte = 0;
  static_cast<void>(!read(STDIN_FILENO, &byte, 1));
  _exit(0);
}
