// std::mutex with annotations for Clang's thread safety analysis
// (clang.llvm.org/docs/ThreadSafetyAnalysis.html), which libstdc++ lacks.
#ifndef TASKLEAK_SRC_BASE_MUTEX_H_
#define TASKLEAK_SRC_BASE_MUTEX_H_

#include <mutex>

#if defined(__clang__)
#define TASKLEAK_ANNOTATE(x) __attribute__((x))
#else
#define TASKLEAK_ANNOTATE(x)
#endif
#define TASKLEAK_GUARDED_BY(mutex) TASKLEAK_ANNOTATE(guarded_by(mutex))
#define TASKLEAK_REQUIRES(mutex) TASKLEAK_ANNOTATE(requires_capability(mutex))
#define TASKLEAK_EXCLUDES(mutex) TASKLEAK_ANNOTATE(locks_excluded(mutex))
#define TASKLEAK_RETURN_CAPABILITY(mutex) TASKLEAK_ANNOTATE(lock_returned(mutex))

namespace taskleak {

class TASKLEAK_ANNOTATE(capability("mutex")) Mutex {
 public:
  void Lock() TASKLEAK_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void Unlock() TASKLEAK_ANNOTATE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class TASKLEAK_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) TASKLEAK_ANNOTATE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() TASKLEAK_ANNOTATE(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace taskleak

#endif  // TASKLEAK_SRC_BASE_MUTEX_H_
