// Threads that wait for each other in a circle, and can be released.
#ifndef TASKLEAK_TESTS_SUPPORT_PLANTED_CIRCLE_H_
#define TASKLEAK_TESTS_SUPPORT_PLANTED_CIRCLE_H_

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "linux/proc/thread_info.h"

namespace taskleak::testing {

/// The way in which one thread waits for the next.
enum class Edge { kMutex, kReadLock, kWriteLock, kJoin };

/// Each thread holds a lock, and then waits for the next thread's lock or end. The last thread
/// waits for the first. The last edge must be a mutex: to release the threads, the first thread's
/// mutex is unlocked by another thread, which glibc allows for plain mutexes.
class PlantedCircle {
 public:
  explicit PlantedCircle(std::vector<Edge> edges)
      : edges_(std::move(edges)), seats_(edges_.size()) {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      const std::size_t before = (i + seats_.size() - 1) % seats_.size();
      seats_[i].wanted_as = edges_[before];
    }
    for (std::size_t i = 0; i < seats_.size(); ++i)
      seats_[i].thread = std::thread([this, i] { Sit(i); });
    started_.store(true);
  }
  /// Waits until all wait in their places.
  void AwaitClosed() const {
    for (const Seat& seat : seats_) {
      for (;; std::this_thread::yield()) {
        const int tid = seat.tid.load();
        const auto at = tid == 0 || !seat.waits.load() ? Error() : platform::ReadBlockedAt(tid);
        if (at && !at->running && at->number == SYS_futex) break;
      }
    }
  }
  ~PlantedCircle() {
    AwaitClosed();
    pthread_mutex_unlock(&seats_[0].mutex);
    for (Seat& seat : seats_) {
      if (seat.wanted_as != Edge::kJoin) seat.thread.join();
    }
    while (followers_.load() != 0) std::this_thread::yield();
  }
  PlantedCircle(const PlantedCircle&) = delete;
  PlantedCircle& operator=(const PlantedCircle&) = delete;

  /// Waits, in the calling thread, for the last thread's mutex.
  void WaitBehind() {
    Seat& last = seats_.back();
    pthread_mutex_lock(&last.mutex);
    pthread_mutex_unlock(&last.mutex);
    followers_.fetch_sub(1);
  }
  /// Announces a caller of WaitBehind(). Call it while the circle still exists.
  void ExpectFollower() { followers_.fetch_add(1); }

  [[nodiscard]] int tid(std::size_t index) const { return seats_[index].tid.load(); }
  [[nodiscard]] std::vector<int> tids() const {
    std::vector<int> all;
    for (const Seat& seat : seats_) all.push_back(seat.tid.load());
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  struct Seat {
    std::thread thread;
    std::atomic<int> tid{0};
    std::atomic<bool> waits{false};
    Edge wanted_as = Edge::kMutex;  // by the thread before
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
  };

  // This function has no other waits, so a thread that is seen in futex(2) is in its place.
  void Sit(std::size_t index) {
    while (!started_.load()) std::this_thread::yield();
    Seat& seat = seats_[index];
    Seat& next = seats_[(index + 1) % seats_.size()];
    pthread_mutex_lock(&seat.mutex);
    pthread_rwlock_wrlock(&seat.rwlock);
    seat.tid = gettid();
    while (!std::all_of(seats_.begin(), seats_.end(), [](const Seat& s) { return s.tid != 0; }))
      std::this_thread::yield();
    seat.waits = true;
    WaitFor(edges_[index], next);
    pthread_rwlock_unlock(&seat.rwlock);
    if (index != 0) pthread_mutex_unlock(&seat.mutex);
  }

  static void WaitFor(Edge edge, Seat& next) {
    switch (edge) {
      case Edge::kMutex:
        pthread_mutex_lock(&next.mutex);
        pthread_mutex_unlock(&next.mutex);
        break;
      case Edge::kReadLock:
        pthread_rwlock_rdlock(&next.rwlock);
        pthread_rwlock_unlock(&next.rwlock);
        break;
      case Edge::kWriteLock:
        pthread_rwlock_wrlock(&next.rwlock);
        pthread_rwlock_unlock(&next.rwlock);
        break;
      case Edge::kJoin:
        next.thread.join();
        break;
    }
  }

  std::vector<Edge> edges_;
  std::vector<Seat> seats_;
  std::atomic<bool> started_{false};
  std::atomic<int> followers_{0};
};

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_PLANTED_CIRCLE_H_
