// Resource deadlocks by read-write-read: a writer queues between two read locks of one thread.
#include <condition_variable>
#include <latch>
#include <mutex>
#include <shared_mutex>

#include "corpus/support/kernel.h"
#include "corpus/support/locks.h"
#include "corpus/support/wait_group.h"

namespace corpus {
namespace {

struct Cockroach16167 : Kernel<Cockroach16167> {
  using Kernel::Kernel;
  WriterFirstLock system_config;
  std::condition_variable_any config_changed;
  bool has_config = true;
  std::latch statement_reads{1};

  void Body() {
    Go(&Cockroach16167::UpdateConfig);
    ExecuteStatement();
  }
  void ExecuteStatement() {
    std::shared_lock lock(system_config);
    while (!has_config) config_changed.wait(lock);
    statement_reads.count_down();
    system_config.AwaitWriter();  // held
    PrepareStatement();
  }
  void PrepareStatement() {
    if (!fixed()) GetConfig();
  }
  void GetConfig() { const std::shared_lock lock(system_config); }
  void UpdateConfig() {
    statement_reads.wait();
    const std::lock_guard lock(system_config);
    has_config = true;
    config_changed.notify_all();
  }
};
CORPUS_KERNEL(Cockroach16167);

struct Cockroach3710 : Kernel<Cockroach3710> {
  using Kernel::Kernel;
  WriterFirstLock store;
  std::mutex log_queue;
  std::latch scanner_reads{1};

  void Body() {
    Go(&Cockroach3710::ForceScan);
    Go(&Cockroach3710::StartProcessing);
  }
  void ForceScan() {
    std::shared_lock lock(store);
    scanner_reads.count_down();
    if (fixed()) lock.unlock();
    AddToQueue();
  }
  void AddToQueue() {
    const std::lock_guard lock(log_queue);
    if (!fixed()) store.AwaitWriter();  // held
    RaftStatus();
  }
  void RaftStatus() { const std::shared_lock lock(store); }
  void StartProcessing() { Go(&Cockroach3710::ProcessRaft); }
  void ProcessRaft() {
    scanner_reads.wait();
    const std::lock_guard lock(store);
  }
};
CORPUS_KERNEL(Cockroach3710);

struct Cockroach6181 : Kernel<Cockroach6181> {
  using Kernel::Kernel;
  WriterFirstLock cache;
  WaitGroup lookups;
  std::latch first_reads{1};

  void Body() { Go(&Cockroach6181::LookUpAll); }
  void LookUpAll() {
    lookups.Add(3);
    Go(&Cockroach6181::LookUpFirst);
    Go(&Cockroach6181::LookUpSecond);
    Go(&Cockroach6181::LookUpThird);
    lookups.Wait();
  }
  void LookUpFirst() {
    Read(true);
    Insert();
  }
  void LookUpSecond() {
    first_reads.wait();
    if (!fixed()) cache.AwaitWriter();  // held
    Read(false);
    Insert();
  }
  void LookUpThird() {
    first_reads.wait();
    Read(false);
    Insert();
  }
  void Read(bool is_first) {
    const std::shared_lock lock(cache);
    if (is_first) {
      first_reads.count_down();
      cache.AwaitWriter();  // held
    }
    if (!fixed()) Print();
  }
  void Print() { const std::shared_lock lock(cache); }
  void Insert() {
    { const std::lock_guard lock(cache); }
    lookups.Done();
  }
};
CORPUS_KERNEL(Cockroach6181);

struct Kubernetes62464 : Kernel<Kubernetes62464> {
  using Kernel::Kernel;
  WriterFirstLock state;
  std::latch reconciler_reads{1};

  void Body() {
    Go(&Kubernetes62464::Reconcile);
    Go(&Kubernetes62464::RemoveContainer);
  }
  void Reconcile() { GetOrDefault(); }
  void GetOrDefault() {
    const std::shared_lock lock(state);
    reconciler_reads.count_down();
    state.AwaitWriter();  // held
    if (!fixed()) Get();
  }
  void Get() { const std::shared_lock lock(state); }
  void RemoveContainer() {
    reconciler_reads.wait();
    { const std::shared_lock lock(state); }
    const std::lock_guard lock(state);
  }
};
CORPUS_KERNEL(Kubernetes62464);

}  // namespace
}  // namespace corpus
