#include "stress/churn.h"

#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "adapters/coroutine/coroutines.h"
#include "support/child.h"
#include "support/coroutines.h"
#include "support/parked_thread.h"
#if TASKLEAK_TEST_FIBERS
#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>

#include "taskleak/boost_fiber.h"
#endif

// In no namespace of taskleak, since reports leave out taskleak's own functions.
namespace churn {
namespace {

using Detached = DetachedOf<UntrackedPromise>;

// Not inlined into a function that allocates other blocks, which would be counted too.
[[gnu::noinline]] Detached Anchored(Event& event) { co_await event; }
Detached Short(Event& event) { co_await event; }

}  // namespace
}  // namespace churn

namespace taskleak::testing {
namespace {

constexpr std::size_t kMostKept = 2000;

Lazy Await(Event& event) {
  co_await event;
  co_return 1;
}

}  // namespace

const char kAnchoredCoroutine[] = "churn::(anonymous namespace)::Anchored";

pid_t StartProcess(bool ends) {
  std::array<char*, 3> arguments{const_cast<char*>(ends ? "true" : "sleep"),
                                 const_cast<char*>(ends ? nullptr : "infinity"), nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("no process can be started");
  return child;
}

Churn::Churn(unsigned workers) {
  for (unsigned i = 0; i < workers; ++i) threads_.emplace_back([this, i] { Run(std::mt19937(i)); });
}

void Churn::Stop() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Churn::Run(std::mt19937 random) {
  while (!stop_) {
    switch (random() % 8) {
      case 0:
        Exchange(random);
        break;
      case 1:
        RunCoroutines();
        break;
      case 2:
        RunUnregisteredCoroutines();
        break;
      case 3:
        CreateInAThreadThatEnds();
        break;
      case 4:
        RunFibers();
        break;
      case 5:
        RunAProcess();
        break;
      default:
        CreateAndEnd();
    }
  }
  const std::lock_guard lock(mutex_);
  kept_.clear();
}

void Churn::CreateAndEnd() {
  for (int i = 0; i < 100; ++i) {
    Task task("short");
    const Task::Run run(task);
    Task within("within a task");
    within.SetWaiting("for nothing");
  }
  totals_.tasks += 200;
}

// The thread that takes a task out ends it.
void Churn::Exchange(std::mt19937& random) {
  std::deque<Task> mine;
  for (auto i = random() % 200; i > 0; --i) mine.emplace_back("kept for a while");
  totals_.tasks += mine.size();
  const std::lock_guard lock(mutex_);
  if (kept_.size() + mine.size() > kMostKept) kept_.clear();
  std::move(mine.begin(), mine.end(), std::back_inserter(kept_));
}

void Churn::RunCoroutines() {
  for (int i = 0; i < 50; ++i) {
    Event event;
    Lazy awaits = Await(event);
    awaits.Start();
    event.Set();
    Lazy never_started = Await(event);
  }
  totals_.tasks += 100;
  totals_.coroutines += 100;
}

void Churn::RunUnregisteredCoroutines() {
  for (int i = 0; i < 50; ++i) {
    Event event;
    churn::Short(event);
    churn::Short(event);
    event.Set();
  }
  totals_.coroutines += 100;
}

void Churn::CreateInAThreadThatEnds() {
  Task handed_over("handed over");
  std::thread([task = std::move(handed_over)] { const Task own("own"); }).join();
  totals_.tasks += 2;
  ++totals_.threads;
}

void Churn::RunFibers() {
#if TASKLEAK_TEST_FIBERS
  std::thread([] {
    namespace fibers = boost::fibers;
    fibers::use_scheduling_algorithm<TrackedFibers<fibers::algo::round_robin>>();
    std::vector<fibers::fiber> all;
    for (int i = 0; i < 20; ++i) all.emplace_back([] { boost::this_fiber::yield(); });
    for (fibers::fiber& fiber : all) fiber.join();
  }).join();
  totals_.tasks += 20;
  ++totals_.threads;
#endif
}

void Churn::RunAProcess() {
  waitpid(StartProcess(true), nullptr, 0);
  ++totals_.processes;
}

struct Anchors::Kept {
  Event event;
  ParkedThread thread;
};

Anchors::Anchors() : process_(StartProcess(false)), kept_(std::make_unique<Kept>()) {
  for (std::size_t i = 0; i < kTasks; ++i) tasks_.emplace_back("anchor");
  for (std::size_t i = 0; i < kCoroutines; ++i) churn::Anchored(kept_->event);
}

Anchors::~Anchors() {
  kept_->event.Set();
  EndChild(process_);
}

int Anchors::tid() const { return kept_->thread.tid(); }

}  // namespace taskleak::testing
