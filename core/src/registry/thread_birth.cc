// Functions that the hooks call (taskleak/internal/thread_birth.h says under which conditions).
#include "taskleak/internal/thread_birth.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include <atomic>

#include "linux/arch/raw_call.h"
#include "linux/unwind/creation_stack.h"
#include "registry/birth_table.h"
#include "registry/read_locks.h"
#include "registry/running_task.h"
#include "registry/thread_birth.h"

namespace taskleak {

using internal::ThreadBirth;
using registry::BirthBucket;
using registry::g_births;
using registry::ShortLockHolder;
using registry::ThreadRecord;

namespace {

constinit std::atomic<bool> g_recording{true};
constinit std::atomic<std::uint64_t> g_unrecorded{0};
constinit std::atomic<bool> g_follows_forks{true};

[[gnu::tls_model("initial-exec")]] constinit thread_local bool t_unrecorded = false;

// The calling thread's own record until its routine is over, and from then on its origin. In
// programs they are reached without a call, like internal::t_tasks.
[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadBirth* t_birth = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local registry::Origin t_origin = 0;

ThreadRecord::Clock::time_point Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);  // which is that of std::chrono::steady_clock
  return ThreadRecord::Clock::time_point(std::chrono::seconds(now.tv_sec) +
                                         std::chrono::nanoseconds(now.tv_nsec));
}

// Resets everything except the contents of the stacks, which are empty by their depths.
void Reset(ThreadRecord& record) {
  record.handle = 0;
  record.tid = 0;
  record.over = false;
  record.gone = false;
  record.adopted = false;
  record.name = {};
  record.end = {};
  record.given_stack = {};
  record.least_stack = 0;
  record.depth = 0;
  record.detach_depth = 0;
}

// Notes which stack the thread is going to have. If no stack was set, glibc returns the address 0
// minus the size (pthread_attr_getstack.c).
void NoteStack(const pthread_attr_t* attributes, ThreadRecord& record) {
  pthread_attr_t defaults;
  if (attributes == nullptr) {
    if (pthread_attr_init(&defaults) != 0) return;
    attributes = &defaults;
  }
  void* address = nullptr;
  std::size_t size = 0;
  if (pthread_attr_getstack(attributes, &address, &size) == 0) {
    const auto begin = reinterpret_cast<std::uintptr_t>(address);
    if (begin + size != 0)
      record.given_stack = {begin, begin + size};
    else if (pthread_attr_getstacksize(attributes, &size) == 0)
      record.least_stack = size;
  }
  if (attributes == &defaults) pthread_attr_destroy(&defaults);
}

ThreadBirth* Begin(std::uintptr_t routine, void* argument, const pthread_attr_t* attributes,
                   bool detached) {
  if (!g_recording.load(std::memory_order_relaxed) || t_unrecorded) return nullptr;
  ThreadBirth* const birth = g_follows_forks.load() ? registry::TakeBirth() : nullptr;
  if (birth == nullptr) {
    g_unrecorded.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  birth->argument = argument;
  birth->linking.Reset();  // the process may have been forked while it was held
  birth->was_linked.store(false, std::memory_order_relaxed);
  birth->references.store(2, std::memory_order_relaxed);  // the creator's and the thread's
  ThreadRecord& record = birth->record;
  Reset(record);
  record.serial = g_births.next_serial.fetch_add(1);
  record.routine = routine;
  record.argument = reinterpret_cast<std::uintptr_t>(argument);
  record.detached = detached;
  record.creator_tid = platform::OwnTid();
  record.origin = registry::OriginHere();
  record.born = Now();
  NoteStack(attributes, record);
  g_births.pending.fetch_add(1);
  return birth;
}

bool StartsDetached(const pthread_attr_t* attributes) {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes == nullptr || pthread_attr_getdetachstate(attributes, &state) != 0) return false;
  return state == PTHREAD_CREATE_DETACHED;
}

// Runs in the thread, before the destructors of its own objects.
void NoteEnd(void* value) {
  auto* const birth = static_cast<ThreadBirth*>(value);
  registry::LeaveReadLocks();
  {
    BirthBucket& bucket = registry::BucketOf(birth->record.handle);
    const ShortLockHolder lock(bucket.lock);
    ThreadRecord& record = birth->record;
    t_origin = record.origin;
    t_birth = nullptr;
    record.over = true;
    record.end = Now();
    platform::RawCall(SYS_prctl, PR_GET_NAME, reinterpret_cast<long>(record.name.data()));
    if (record.serial >= g_births.first_of_process.load()) g_births.leaving.fetch_add(1);
  }
  registry::ReleaseBirth(birth);
}

}  // namespace

namespace internal {

void PrepareBirths() {
  static constinit std::atomic<bool> prepared{false};
  // If this fails for want of memory, nothing is recorded: a forked child might find a lock held.
  if (!prepared.exchange(true))
    g_follows_forks.store(pthread_atfork(nullptr, nullptr, registry::StartAnewInChild) == 0);
}

ThreadBirth* BeginBirth(StartRoutine routine, void* argument, const pthread_attr_t* attributes) {
  ThreadBirth* const birth = Begin(reinterpret_cast<std::uintptr_t>(routine), argument, attributes,
                                   StartsDetached(attributes));
  if (birth == nullptr) return nullptr;
  birth->routine = routine;
  birth->c11_routine = nullptr;
  birth->record.depth = static_cast<std::uint32_t>(platform::CaptureCreationStack(
      birth->record.created_by.data(), birth->record.created_by.size()));
  return birth;
}

ThreadBirth* BeginC11Birth(C11StartRoutine routine, void* argument) {
  ThreadBirth* const birth =
      Begin(reinterpret_cast<std::uintptr_t>(routine), argument, nullptr, false);
  if (birth == nullptr) return nullptr;
  birth->routine = nullptr;
  birth->c11_routine = routine;
  birth->record.depth = static_cast<std::uint32_t>(platform::CaptureCreationStack(
      birth->record.created_by.data(), birth->record.created_by.size()));
  return birth;
}

// Gives the record back at once, since no thread has seen it.
void CancelBirth(ThreadBirth* birth) {
  g_births.pending.fetch_sub(1);
  g_births.ended.fetch_add(1);
  registry::GiveBackBirth(birth);
}

void FinishBirth(ThreadBirth* birth, const pthread_t* handle) {
  {
    // Once the thread runs the program's code, that may destroy the object that `handle` points to.
    // Then the thread has linked itself already.
    const ShortLockHolder lock(birth->linking);
    if (!birth->was_linked.load()) registry::LinkBirth(birth, *handle, 0);
  }
  registry::ReleaseBirth(birth);
}

// A C thread's routine returns int, which travels as a pointer (glibc, nptl/pthread_create.c).
void* RunC11Routine(void* value) {
  const auto* const birth = static_cast<const ThreadBirth*>(value);
  const std::intptr_t result = birth->c11_routine(birth->argument);
  return reinterpret_cast<void*>(result);  // NOLINT(performance-no-int-to-ptr): a number it stays
}

void* RunThread(ThreadBirth* birth) {
  t_birth = birth;
  {
    const ShortLockHolder lock(birth->linking);
    registry::LinkBirth(birth, pthread_self(), platform::OwnTid());
  }
  const StartRoutine routine = birth->routine;
  return routine != nullptr ? CallThen(routine, birth->argument, NoteEnd, birth)
                            : CallThen(RunC11Routine, birth, NoteEnd, birth);
}

std::uint64_t FindSerial(pthread_t handle) {
  BirthBucket& bucket = registry::BucketOf(handle);
  const ShortLockHolder lock(bucket.lock);
  for (const ThreadBirth* birth = bucket.first; birth != nullptr; birth = birth->next) {
    if (birth->record.handle == handle) return birth->record.serial;
  }
  return 0;
}

void MarkJoined(pthread_t handle, std::uint64_t serial) {
  if (serial == 0) return;
  BirthBucket& bucket = registry::BucketOf(handle);
  const ShortLockHolder lock(bucket.lock);
  if (ThreadBirth* const birth = registry::FindBirth(bucket, handle, serial))
    registry::UnlinkBirth(bucket, birth);
}

void MarkDetached(pthread_t handle, std::uint64_t serial) {
  if (serial == 0) return;
  BirthBucket& bucket = registry::BucketOf(handle);
  const ShortLockHolder lock(bucket.lock);
  ThreadBirth* const birth = registry::FindBirth(bucket, handle, serial);
  if (birth == nullptr) return;
  ThreadRecord& record = birth->record;
  if (record.gone) {
    registry::UnlinkBirth(bucket, birth);
    return;
  }
  record.detached = true;
  if (!g_recording.load(std::memory_order_relaxed)) return;
  record.detach_depth = static_cast<std::uint32_t>(
      platform::CaptureCreationStack(record.detached_by.data(), record.detached_by.size()));
}

}  // namespace internal

namespace registry {

// Reads atomically, since a thread that adopts this one changes its record.
Origin OriginOfThread() {
  if (t_birth == nullptr) return t_origin;
  return std::atomic_ref(t_birth->record.origin).load(std::memory_order_relaxed);
}

const ThreadBirth* OwnBirth() { return t_birth; }

void SetRecording(bool on) { g_recording.store(on); }
bool RecordsBirths() { return g_recording.load(std::memory_order_relaxed) && !t_unrecorded; }

UnrecordedBirths::UnrecordedBirths() { t_unrecorded = true; }
UnrecordedBirths::~UnrecordedBirths() { t_unrecorded = false; }

std::uint64_t CountUnrecorded() { return g_unrecorded.load(); }

}  // namespace registry
}  // namespace taskleak
