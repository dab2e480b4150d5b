#include "registry/own_threads.h"

#include <unistd.h>

#include "base/mutex.h"

namespace taskleak::registry {
namespace {

struct Own {
  Mutex mutex;
  std::set<int> tids TASKLEAK_GUARDED_BY(mutex);
  std::set<int> silent TASKLEAK_GUARDED_BY(mutex);
  pid_t process TASKLEAK_GUARDED_BY(mutex) = 0;
};

Own& TheirSet() {
  static Own* const own = new Own();
  return *own;
}

// Marks the calling thread. The mark ends with the thread.
class Mark {
 public:
  explicit Mark(bool calls_program) {
    Own& own = TheirSet();
    const MutexLock lock(own.mutex);
    if (own.process != getpid()) {
      own.tids.clear();
      own.silent.clear();
    }
    own.process = getpid();
    own.tids.insert(gettid());
    if (!calls_program) own.silent.insert(gettid());
  }
  ~Mark() {
    Own& own = TheirSet();
    const MutexLock lock(own.mutex);
    own.tids.erase(gettid());
    own.silent.erase(gettid());
  }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
};

}  // namespace

void MarkOwnThread(bool calls_program) { thread_local const Mark mark(calls_program); }

std::set<int> OwnThreads() {
  Own& own = TheirSet();
  const MutexLock lock(own.mutex);
  return own.process == getpid() ? own.tids : std::set<int>();
}

std::set<int> SilentThreads() {
  Own& own = TheirSet();
  const MutexLock lock(own.mutex);
  return own.process == getpid() ? own.silent : std::set<int>();
}

}  // namespace taskleak::registry
