// Deadlocks with read-write locks that are held for reading, which the hooks record on request.
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/wait_graph.h"
#include "registry/read_locks.h"
#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/internal/read_lock.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::BlockedThread;
using ::testing::HasSubstr;
using testing::Look;
using testing::UnitOf;

// Lets no reader in while a writer waits.
class WritersFirst {
 public:
  WritersFirst() {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&lock_, &attributes);
    pthread_rwlockattr_destroy(&attributes);
  }
  ~WritersFirst() { pthread_rwlock_destroy(&lock_); }
  WritersFirst(const WritersFirst&) = delete;
  WritersFirst& operator=(const WritersFirst&) = delete;

  void Read() { ASSERT_EQ(pthread_rwlock_rdlock(&lock_), 0); }
  void Write() { ASSERT_EQ(pthread_rwlock_wrlock(&lock_), 0); }
  void Unlock() { pthread_rwlock_unlock(&lock_); }
  /// Another thread has unlocked it for the calling one.
  void WasUnlocked() { internal::NoteUnlock(&lock_); }
  [[nodiscard]] std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(&lock_); }

 private:
  pthread_rwlock_t lock_{};
};

void AwaitTrue(const std::atomic<bool>& flag) {
  while (!flag.load()) std::this_thread::yield();
}

// A thread that reads, lets a writer come, and reads again behind it. When it goes, another thread
// unlocks for it, which glibc allows.
class ReadWriteRead {
 public:
  ReadWriteRead()
      : reader_(
            [this] {
              lock_.Read();
              reads_ = true;
              AwaitTrue(writer_waits_);
              lock_.Read();
              lock_.WasUnlocked();
              lock_.Unlock();
            },
            [] {}),
        writer_(
            [this] {
              AwaitTrue(reads_);
              lock_.Write();
              lock_.Unlock();
            },
            [this] { lock_.Unlock(); }) {
    writer_.AwaitCall(SYS_futex);
    writer_waits_ = true;
    reader_.AwaitCall(SYS_futex);
  }

  WritersFirst& lock() { return lock_; }
  [[nodiscard]] int reader() const { return reader_.tid(); }
  [[nodiscard]] int writer() const { return writer_.tid(); }

 private:
  WritersFirst lock_;
  std::atomic<bool> reads_{false};
  std::atomic<bool> writer_waits_{false};
  BlockedThread reader_;
  BlockedThread writer_;
};

class ReadLockTest : public ::testing::Test {
 protected:
  ReadLockTest() { registry::RecordReadLocks(true); }
  ~ReadLockTest() override { registry::RecordReadLocks(false); }
};

TEST_F(ReadLockTest, AWriterBetweenTwoReadLocksOfAThreadIsACircle) {
  const Snapshot before = Snapshot::Take();
  const ReadWriteRead threads;
  const LeakReport report = Look(before);
  ASSERT_EQ(report.deadlocks.size(), 1U) << report.ToText();
  EXPECT_EQ(report.deadlocks[0].kind, Deadlock::Kind::kCycle);
  const Unit& reader = UnitOf(report, threads.reader());
  const Unit& writer = UnitOf(report, threads.writer());
  ASSERT_TRUE(reader.held_by && writer.held_by) << report.ToText();
  EXPECT_EQ(reader.held_by->id, threads.writer());
  EXPECT_TRUE(reader.held_by->queued);
  EXPECT_EQ(writer.held_by->id, threads.reader());
  EXPECT_FALSE(writer.held_by->queued);
  EXPECT_THAT(report.ToText(), HasSubstr("which waits to write"));
}

TEST_F(ReadLockTest, TheHangWatchFindsTheCircleFromTheReader) {
  const ReadWriteRead threads;
  EXPECT_TRUE(explain::IsInDeadlock(threads.reader()));
}

TEST_F(ReadLockTest, AThreadThatReadsAndWaitsToWriteWaitsForItself) {
  const Snapshot before = Snapshot::Take();
  WritersFirst lock;
  const BlockedThread thread(
      [&] {
        lock.Read();
        lock.Write();
        lock.Unlock();
      },
      [&] { lock.Unlock(); });
  thread.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.deadlocks.size(), 1U) << report.ToText();
  EXPECT_EQ(report.deadlocks[0].kind, Deadlock::Kind::kSelf);
}

TEST_F(ReadLockTest, AReaderThatWaitsForAMutexOfTheWriterIsInACircle) {
  const Snapshot before = Snapshot::Take();
  std::shared_mutex shared;
  std::mutex mutex;
  std::atomic<bool> reads{false};
  std::atomic<bool> has_mutex{false};
  const BlockedThread reader(
      [&] {
        shared.lock_shared();
        reads = true;
        AwaitTrue(has_mutex);
        mutex.lock();
        mutex.unlock();
        shared.unlock_shared();
      },
      [&] { mutex.unlock(); });
  const BlockedThread writer(
      [&] {
        mutex.lock();
        has_mutex = true;
        AwaitTrue(reads);
        shared.lock();
        shared.unlock();
      },
      [&] { mutex.unlock(); });
  reader.AwaitCall(SYS_futex);
  writer.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.deadlocks.size(), 1U) << report.ToText();
  EXPECT_EQ(UnitOf(report, writer.tid()).held_by->id, reader.tid());
}

TEST_F(ReadLockTest, OfTwoReadersTheOneThatIsStuckIsNamed) {
  const Snapshot before = Snapshot::Take();
  WritersFirst lock;
  std::mutex mutex;
  std::atomic<bool> done{false};
  std::atomic<int> readers{0};
  std::unique_lock<std::mutex> held(mutex);
  const BlockedThread busy(
      [&] {
        lock.Read();
        ++readers;
        AwaitTrue(done);
        lock.Unlock();
      },
      [] {});
  const BlockedThread stuck(
      [&] {
        lock.Read();
        ++readers;
        const std::lock_guard<std::mutex> wait(mutex);
        lock.Unlock();
      },
      [] {});
  while (readers.load() < 2) std::this_thread::yield();
  const BlockedThread writer(
      [&] {
        lock.Write();
        lock.Unlock();
      },
      [&] {
        done = true;
        held.unlock();
      });
  stuck.AwaitCall(SYS_futex);
  writer.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  const Unit& unit = UnitOf(report, writer.tid());
  ASSERT_TRUE(unit.held_by) << report.ToText();
  EXPECT_EQ(unit.held_by->id, stuck.tid());
}

TEST_F(ReadLockTest, AReaderThatHasEndedIsNamedAsSuch) {
  const Snapshot before = Snapshot::Take();
  static std::deque<WritersFirst> locks;  // what the thread held stays recorded
  WritersFirst& lock = locks.emplace_back();
  std::thread([&] { lock.Read(); }).join();
  EXPECT_TRUE(registry::FindReadHolders(lock.address()).at(0).ended);
  const BlockedThread writer(
      [&] {
        lock.Write();
        lock.Unlock();
      },
      [&] { lock.Unlock(); });
  writer.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.deadlocks.size(), 1U) << report.ToText();
  EXPECT_EQ(report.deadlocks[0].kind, Deadlock::Kind::kOwnerEnded);
}

TEST_F(ReadLockTest, NoReaderIsNamedIfTheLockCountsMoreThanAreRecorded) {
  const Snapshot before = Snapshot::Take();
  WritersFirst lock;
  registry::RecordReadLocks(false);
  lock.Read();
  registry::RecordReadLocks(true);
  lock.Read();
  {
    const BlockedThread writer(
        [&] {
          lock.Write();
          lock.Unlock();
        },
        [&] {
          lock.Unlock();
          lock.Unlock();
        });
    writer.AwaitCall(SYS_futex);
    const LeakReport report = Look(before);
    EXPECT_FALSE(UnitOf(report, writer.tid()).held_by) << report.ToText();
  }
}

TEST_F(ReadLockTest, WhatIsUnlockedIsHeldNoMore) {
  WritersFirst lock;
  lock.Read();
  lock.Read();
  EXPECT_EQ(registry::FindReadHolders(lock.address()).at(0).times, 2U);
  lock.Unlock();
  EXPECT_EQ(registry::FindReadHolders(lock.address()).at(0).times, 1U);
  lock.Unlock();
  EXPECT_TRUE(registry::FindReadHolders(lock.address()).empty());
}

TEST_F(ReadLockTest, AForkedChildKeepsWhatItsThreadHolds) {
  WritersFirst mine;
  WritersFirst other;
  std::atomic<bool> reads{false};
  std::atomic<bool> done{false};
  std::thread reader([&] {
    other.Read();
    reads = true;
    AwaitTrue(done);
    other.Unlock();
  });
  AwaitTrue(reads);
  mine.Read();
  const pid_t child = fork();
  if (child == 0) {
    const auto held = registry::FindReadHolders(mine.address());
    const bool right = held.size() == 1 && held[0].tid == gettid() &&
                       registry::FindReadHolders(other.address()).empty();
    _exit(right ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  mine.Unlock();
  done = true;
  reader.join();
}

TEST(LockHooksOptionTest, SwitchesTheRecordingOnForTheTestsOfARun) {
  WritersFirst lock;
  Options options;
  options.Apply("lock_hooks=1");
  const TestRun run(options);
  lock.Read();
  EXPECT_EQ(registry::FindReadHolders(lock.address()).size(), 1U);
  lock.Unlock();
  const TestRun other{Options()};
  lock.Read();
  EXPECT_TRUE(registry::FindReadHolders(lock.address()).empty());
  lock.Unlock();
}

TEST(UnrecordedReadLockTest, ACircleHasNoNamesWithoutTheOption) {
  const Snapshot before = Snapshot::Take();
  const ReadWriteRead threads;
  const LeakReport report = Look(before);
  EXPECT_TRUE(report.deadlocks.empty()) << report.ToText();
  EXPECT_FALSE(explain::IsInDeadlock(threads.reader()));
}

}  // namespace
}  // namespace taskleak
