#include "registry/own_threads.h"

#include <unistd.h>

#include "base/mutex.h"

namespace taskleak::registry {
namespace {

struct Own {
  Mutex mutex;
  std::set<int> tids TASKLEAK_GUARDED_BY(mutex);
  pid_t process TASKLEAK_GUARDED_BY(mutex) = 0;
};

Own& TheirSet() {
  static Own* const own = new Own();
  return *own;
}

// In the thread that it is about; its end takes the mark away.
class Mark {
 public:
  Mark() {
    Own& own = TheirSet();
    const MutexLock lock(own.mutex);
    if (own.process != getpid()) own.tids.clear();
    own.process = getpid();
    own.tids.insert(gettid());
  }
  ~Mark() {
    Own& own = TheirSet();
    const MutexLock lock(own.mutex);
    own.tids.erase(gettid());
  }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
};

}  // namespace

void MarkOwnThread() { thread_local const Mark mark; }

std::set<int> OwnThreads() {
  Own& own = TheirSet();
  const MutexLock lock(own.mutex);
  return own.process == getpid() ? own.tids : std::set<int>();
}

}  // namespace taskleak::registry
