#include "registry/thread_birth.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <new>

#include "base/mutex.h"
#include "platform/creation_stack.h"
#include "registry/running_task.h"

namespace taskleak {

using registry::ThreadRecord;

// Needed by its creator until pthread_create has returned, by its thread until that ends, and by
// its bucket while it is of interest.
class internal::ThreadBirth {
 public:
  ThreadRecord record;
  StartRoutine routine = nullptr;
  void* argument = nullptr;
  ThreadBirth* next = nullptr;          // in the bucket
  std::atomic<bool> was_linked{false};  // changed under the bucket's lock

  void Release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  void Acquire() { references_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<int> references_{2};
};

namespace {

using internal::ThreadBirth;

// Records by handle. Two creators meet in a lock only if their threads' handles fall into the same
// bucket.
struct Bucket {
  Mutex mutex;
  ThreadBirth* first TASKLEAK_GUARDED_BY(mutex) = nullptr;
};

constexpr std::size_t kBuckets = 512;

// Constant-initialized: other code's static initialization may create threads before ours has run.
constinit std::atomic<std::uint64_t> g_next_serial{1};
constinit std::atomic<std::size_t> g_unjoined{0};
constinit std::atomic<std::uint64_t> g_ended{0};
constinit std::atomic<bool> g_recording{true};
constinit thread_local ThreadBirth* t_current = nullptr;

std::array<Bucket, kBuckets>& Buckets() {
  static auto* const buckets = new std::array<Bucket, kBuckets>();
  return *buckets;
}

Bucket& BucketOf(pthread_t handle) {
  // Handles are addresses of descriptors at the ends of stacks: their low bits, and those of the
  // stacks' size, hardly differ.
  const std::uint64_t mixed = (static_cast<std::uint64_t>(handle) >> 6) * 0x9e3779b97f4a7c15;
  return Buckets()[mixed >> 55];
}

ThreadBirth* Find(Bucket& bucket, pthread_t handle, std::uint64_t serial)
    TASKLEAK_REQUIRES(bucket.mutex) {
  for (ThreadBirth* birth = bucket.first; birth != nullptr; birth = birth->next) {
    if (birth->record.serial == serial && birth->record.handle == handle) return birth;
  }
  return nullptr;
}

bool IsUnjoined(const ThreadRecord& record) { return record.ended && !record.detached; }

void Unlink(Bucket& bucket, ThreadBirth* birth) TASKLEAK_REQUIRES(bucket.mutex) {
  ThreadBirth** link = &bucket.first;
  while (*link != birth) link = &(*link)->next;
  *link = birth->next;
  birth->Release();
}

// The kernel's number of a thread that has not been joined, before it has run. There is no call for
// that, but its processor clock is named by it: ~number << 3 and some flags (posix-timers in the
// kernel, include/linux/posix-timers.h). 0 if it is not to be had.
int TidOf(pthread_t handle) {
  clockid_t clock = 0;
  return pthread_getcpuclockid(handle, &clock) == 0 ? ~(clock >> 3) : 0;
}

// Whoever comes first of creator and thread puts the record where joiners will look for it.
void Link(ThreadBirth* birth, pthread_t handle, int tid) {
  Bucket& bucket = BucketOf(handle);
  const MutexLock lock(bucket.mutex);
  if (birth->was_linked.exchange(true)) return;
  birth->record.handle = handle;
  birth->record.tid = tid;
  birth->Acquire();
  birth->next = bucket.first;
  std::atomic_signal_fence(std::memory_order_release);  // a fork may come in between
  bucket.first = birth;
}

// At the thread's end, as a destructor of thread-specific data (pthread_key_create(3)): runs after
// return, pthread_exit and cancellation.
void LeaveThread(void* value) {
  auto* const birth = static_cast<ThreadBirth*>(value);
  t_current = nullptr;
  g_ended.fetch_add(1, std::memory_order_relaxed);
  Bucket& bucket = BucketOf(birth->record.handle);
  {
    const MutexLock lock(bucket.mutex);
    birth->record.ended = true;
    birth->record.end = ThreadRecord::Clock::now();
    prctl(PR_GET_NAME, birth->record.name.data());
    if (birth->record.detached) {
      Unlink(bucket, birth);
    } else {
      g_unjoined.fetch_add(1);
    }
  }
  birth->Release();
}

// A forked child has none of the other threads: their records must not pass for threads it could
// join, and the locks they held are held by nobody. A fork takes no lock here, since
// ThreadSanitizer ends a program that holds more than 64. The lists are whole at any moment: one
// store puts a record in, and one takes it out.
constinit std::atomic<std::uint64_t> g_first_of_process{0};

void StartAnewInChild() {
  for (Bucket& bucket : Buckets()) new (&bucket.mutex) Mutex();
  g_first_of_process.store(g_next_serial.load());
  g_unjoined.store(0);
}

pthread_key_t EndKey() {
  static const pthread_key_t key = [] {
    pthread_key_t made = 0;
    pthread_key_create(&made, LeaveThread);
    pthread_atfork(nullptr, nullptr, StartAnewInChild);
    return made;
  }();
  return key;
}

template <typename Visit>
void ForEach(Visit visit) {
  for (Bucket& bucket : Buckets()) {
    const MutexLock lock(bucket.mutex);
    for (ThreadBirth* birth = bucket.first; birth != nullptr; birth = birth->next)
      visit(birth->record);
  }
}

}  // namespace

namespace internal {

ThreadBirth* BeginBirth(StartRoutine routine, void* argument, bool detached) {
  if (!g_recording.load(std::memory_order_relaxed)) return nullptr;
  auto* const birth = new (std::nothrow) ThreadBirth();
  if (birth == nullptr) return nullptr;
  birth->routine = routine;
  birth->argument = argument;
  ThreadRecord& record = birth->record;
  record.serial = g_next_serial.fetch_add(1);
  record.routine = reinterpret_cast<std::uintptr_t>(routine);
  record.argument = reinterpret_cast<std::uintptr_t>(argument);
  record.detached = detached;
  record.creator_tid = gettid();
  record.origin = registry::OriginHere();
  record.born = ThreadRecord::Clock::now();
  record.depth = static_cast<std::uint32_t>(
      platform::CaptureCreationStack(record.created_by.data(), record.created_by.size()));
  return birth;
}

// glibc returns an address of 0 less the size where no stack was set (pthread_attr_getstack.c).
void NoteStack(ThreadBirth* birth, const pthread_attr_t* attributes) {
  pthread_attr_t defaults;
  if (attributes == nullptr) {
    if (pthread_attr_init(&defaults) != 0) return;
    attributes = &defaults;
  }
  void* address = nullptr;
  std::size_t size = 0;
  if (pthread_attr_getstack(attributes, &address, &size) != 0) return;
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  if (begin + size != 0) {
    birth->record.given_stack = {begin, begin + size};
  } else if (pthread_attr_getstacksize(attributes, &size) == 0) {
    birth->record.least_stack = size;
  }
  if (attributes == &defaults) pthread_attr_destroy(&defaults);
}

// No thread came to know it.
void CancelBirth(ThreadBirth* birth) {
  g_ended.fetch_add(1, std::memory_order_relaxed);
  delete birth;
}

void FinishBirth(ThreadBirth* birth, const pthread_t* handle) {
  // Once the thread runs, it may have ended the life of what `handle` points to; but then it has
  // also put itself in its place.
  if (!birth->was_linked.load()) Link(birth, *handle, birth->record.detached ? 0 : TidOf(*handle));
  birth->Release();
}

void* RunThread(ThreadBirth* birth) {
  t_current = birth;
  Link(birth, pthread_self(), gettid());
  pthread_setspecific(EndKey(), birth);
  return birth->routine(birth->argument);
}

std::uint64_t FindSerial(pthread_t handle) {
  Bucket& bucket = BucketOf(handle);
  const MutexLock lock(bucket.mutex);
  std::uint64_t newest = 0;
  for (const ThreadBirth* birth = bucket.first; birth != nullptr; birth = birth->next) {
    if (birth->record.handle == handle) newest = std::max(newest, birth->record.serial);
  }
  return newest;
}

void MarkJoined(pthread_t handle, std::uint64_t serial) {
  Bucket& bucket = BucketOf(handle);
  const MutexLock lock(bucket.mutex);
  ThreadBirth* const birth = Find(bucket, handle, serial);
  if (birth == nullptr) return;
  if (IsUnjoined(birth->record)) g_unjoined.fetch_sub(1);
  Unlink(bucket, birth);
}

void MarkDetached(pthread_t handle, std::uint64_t serial) {
  std::array<std::uintptr_t, ThreadRecord::kMostDetachFrames> stack;
  const std::size_t depth = platform::CaptureCreationStack(stack.data(), stack.size());
  Bucket& bucket = BucketOf(handle);
  const MutexLock lock(bucket.mutex);
  ThreadBirth* const birth = Find(bucket, handle, serial);
  if (birth == nullptr) return;
  if (IsUnjoined(birth->record)) {
    g_unjoined.fetch_sub(1);
    Unlink(bucket, birth);
  } else {
    birth->record.detached = true;
    birth->record.detached_by = stack;
    birth->record.detach_depth = static_cast<std::uint32_t>(depth);
  }
}

}  // namespace internal

namespace registry {

Origin OriginOfThread() { return t_current == nullptr ? 0 : t_current->record.origin; }

void SetRecording(bool on) { g_recording.store(on); }

std::uint64_t NextSerial() { return g_next_serial.load(); }

void ForEachRunning(const std::function<void(const ThreadRecord&)>& visit) {
  ForEach([&visit](const ThreadRecord& record) {
    if (record.tid != 0 && !record.ended) visit(record);
  });
}

std::unordered_map<int, ThreadRecord> RunningThreads() {
  std::unordered_map<int, ThreadRecord> running;
  ForEachRunning([&running](const ThreadRecord& record) { running[record.tid] = record; });
  return running;
}

// A handle is the address of the thread's descriptor, at the end of its stack (nptl,
// allocatestack.c). The stack that libc makes has the size asked for beside the guard, since glibc
// 2.27, and what it has ready from an earlier thread is not smaller.
std::optional<platform::StackBounds> FindStack(int tid) {
  constexpr std::uintptr_t kMostDescriptor = 4096;  // struct pthread
  std::optional<platform::StackBounds> stack;
  ForEachRunning([&](const ThreadRecord& record) {
    if (record.tid != tid) return;
    const std::uintptr_t end = record.handle + kMostDescriptor;
    if (record.given_stack.end != 0) {
      stack = record.given_stack;
    } else if (record.least_stack > kMostDescriptor) {
      stack = {end - record.least_stack, record.handle};
    }
  });
  return stack;
}

ThreadTotals CountThreadsEver() {
  const std::uint64_t ended = g_ended.load();  // first: nobody ends who was not born
  return {.born = g_next_serial.load() - 1, .ended = ended};
}

std::size_t CountUnjoined() { return g_unjoined.load(); }

std::vector<ThreadRecord> FindUnjoined(std::uint64_t first) {
  std::vector<ThreadRecord> found;
  first = std::max(first, g_first_of_process.load());
  ForEach([&](const ThreadRecord& record) {
    if (IsUnjoined(record) && !record.adopted && record.serial >= first) found.push_back(record);
  });
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.serial < b.serial; });
  return found;
}

void AdoptBirths(const std::function<bool(const ThreadRecord&)>& which) {
  ForEach([&](ThreadRecord& record) { record.adopted = record.adopted || which(record); });
}

}  // namespace registry
}  // namespace taskleak
