#include "explain/wait_graph.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "explain/wait_reader.h"
#include "linux/look/futex_call.h"
#include "linux/look/lock.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "linux/proc/thread_list.h"
#include "registry/read_locks.h"

namespace taskleak::explain {
namespace {

// Holds the thread that another one waits for, and how that is known.
struct Blocker {
  enum class How {
    kNamed,         // the lock, or the thread's end, names it
    kReads,         // the hooks have recorded that it holds the lock for reading
    kWaitsToWrite,  // it waits to write, and readers wait behind it
  };
  int tid = 0;  // not checked; 0: none is known
  How how = How::kNamed;
  bool ended = false;
};

// Holds a live thread and the one that it waits for, of which there is at most one.
struct Node {
  explicit Node(Finding& its_finding) : finding(&its_finding) {}

  [[nodiscard]] int tid() const { return static_cast<int>(finding->unit.id); }

  Finding* finding;
  Blocker blocker;
  bool held_up = false;        // by a living thread, or by one that has ended
  Node* held_up_by = nullptr;  // the living one
  Node* next = nullptr;        // the same, if it waits without a time limit
  int walk = 0;                // by which walk it was reached
};

class WaitGraph {
 public:
  explicit WaitGraph(Inspector& inspector) : inspector_(inspector) {}

  void Add(Finding& finding) {
    if (finding.unit.kind != UnitKind::kThread) return;
    Node& node = nodes_.try_emplace(static_cast<int>(finding.unit.id), finding).first->second;
    order_.push_back(&node);
  }
  void FindHolders();
  std::vector<FoundDeadlock> Deadlocks();
  // Returns whether the way from the thread leads into a circle.
  bool LeadsIntoCircle(int tid);

 private:
  Node* Find(int tid);
  Blocker FindReader(const Node& writer);
  Blocker FindWriter(const Node& reader);
  Blocker FindBlocker(const Node& node);
  void FindHolder(Node& node);
  void NameHolder(const Node& node);
  std::vector<Node*> CircleFrom(Node* node, int walk);
  std::vector<FoundDeadlock> Circles();

  Inspector& inspector_;
  std::map<int, Node> nodes_;
  std::vector<Node*> order_;                           // of looking at them; grows meanwhile
  std::deque<Finding> others_;                         // holders that are not among the findings
  std::map<std::uintptr_t, FoundDeadlock> abandoned_;  // by the lock's address
};

bool HasNotMoved(const Node& node) {
  return platform::HasNotMoved(node.tid(), node.finding->position);
}

bool HoldsForReading(int tid, std::uintptr_t address) {
  const auto holders = registry::FindReadHolders(address);
  return std::ranges::find(holders, tid, &registry::ReadHolder::tid) != holders.end();
}

bool StillHeld(const Node& node) {
  const Finding& waiter = *node.finding;
  if (ReadHold(waiter.wait, waiter.position.at) != waiter.hold) return false;
  switch (node.blocker.how) {
    case Blocker::How::kReads:
      return HoldsForReading(node.blocker.tid, waiter.hold->address);
    case Blocker::How::kWaitsToWrite:
      return node.held_up_by != nullptr && HasNotMoved(*node.held_up_by);
    default:
      return true;
  }
}

bool WaitsForEver(const Node& node) {
  constexpr std::size_t kTimeLimit = 3;  // the argument of futex(2)
  return node.finding->position.at.arguments[kTimeLimit] == 0;
}

// Returns whether the thread waits to write while others hold the lock for reading.
bool WaitsForReaders(const Node& node) {
  return node.finding->hold && node.finding->hold->readers > 0;
}

// Returns whether the thread waits to read a lock that no thread holds for writing.
bool WaitsForWriters(const Node& node) {
  const Finding& waiter = *node.finding;
  return waiter.unit.state == WaitState::kRwlock && waiter.hold && waiter.hold->holder == 0 &&
         waiter.wait.function.find("wrlock") == std::string_view::npos;
}

// Looks at the thread `tid`, unless that was done before. Returns null if the thread has ended.
Node* WaitGraph::Find(int tid) {
  if (const auto known = nodes_.find(tid); known != nodes_.end()) return &known->second;
  const auto stat = platform::ReadThreadStat(tid);
  if (!stat || stat->exiting) return nullptr;
  platform::ThreadLook look;
  look.at.running = true;  // what the thread that looks is doing
  if (!platform::IsCaller(tid)) look = platform::LookAtThread(tid, platform::Signals::kNone);
  if (look.gone) return nullptr;
  Add(others_.emplace_back(inspector_.InspectLive({{tid, stat->start_ticks}, stat->name}, look)));
  return &nodes_.find(tid)->second;
}

// Returns one of the readers for which a writer waits. All of them must unlock, so any of them may
// be the reason. Prefers the writer itself, then a reader that waits for ever too. Returns none if
// the lock counts other readers than the hooks have recorded.
Blocker WaitGraph::FindReader(const Node& writer) {
  const platform::Hold& hold = *writer.finding->hold;
  const auto readers = registry::FindReadHolders(hold.address);
  unsigned times = 0;
  for (const auto& reader : readers) times += reader.times;
  if (readers.empty() || times != hold.readers) return {};
  const auto is_stuck = [&](const registry::ReadHolder& reader) {
    if (reader.ended) return true;
    const Node* const node = Find(reader.tid);
    return node != nullptr && node->finding->hold && WaitsForEver(*node);
  };
  auto found = std::ranges::find(readers, writer.tid(), &registry::ReadHolder::tid);
  if (found == readers.end()) found = std::ranges::find_if(readers, is_stuck);
  if (found == readers.end()) found = readers.begin();
  return {found->tid, Blocker::How::kReads, found->ended};
}

// Returns a thread that waits to write. While other threads read, a lock that prefers writers lets
// no further reader in before that thread (glibc, nptl/pthread_rwlock_common.c,
// __pthread_rwlock_rdlock_full).
Blocker WaitGraph::FindWriter(const Node& reader) {
  const std::uintptr_t address = reader.finding->hold->address;
  if (registry::FindReadHolders(address).empty()) return {};
  const auto is_it = [&](const Node* node) {
    return node != nullptr && WaitsForReaders(*node) && node->finding->hold->address == address;
  };
  for (const auto& [tid, node] : nodes_) {
    if (is_it(&node)) return {tid, Blocker::How::kWaitsToWrite};
  }
  const auto threads = platform::ListThreads();
  if (!threads) return {};
  for (const platform::ThreadId& thread : **threads) {
    const auto at = platform::ReadBlockedAt(thread.tid);
    const bool waits_there =
        at && platform::IsInFutex(*at) && at->arguments[0] - address < sizeof(pthread_rwlock_t);
    if (waits_there && is_it(Find(thread.tid))) return {thread.tid, Blocker::How::kWaitsToWrite};
  }
  return {};
}

Blocker WaitGraph::FindBlocker(const Node& node) {
  const auto& hold = node.finding->hold;
  if (!hold) return {};
  if (hold->holder != 0 || !platform::LooksAtItself()) return {hold->holder};
  if (WaitsForReaders(node)) return FindReader(node);
  return WaitsForWriters(node) ? FindWriter(node) : Blocker();
}

// Reads the holder that memory shows now. The caller of NameHolder must know that the thread still
// waits for that holder, and may check this for many threads at once.
void WaitGraph::FindHolder(Node& node) {
  node.blocker = FindBlocker(node);
  const int tid = node.blocker.tid;
  constexpr int kGreatestTid = 1 << 22;  // PID_MAX_LIMIT of the kernel, include/linux/threads.h
  if (tid <= 0 || tid > kGreatestTid) return;
  node.held_up_by = node.blocker.ended ? nullptr : Find(tid);
  // A lock that processes share may be held in another one. A thread that is joined and cannot be
  // found is about to end.
  const bool may_have_ended =
      !node.finding->hold->shared && node.finding->unit.state != WaitState::kJoin;
  node.held_up = node.held_up_by != nullptr || may_have_ended;
  if (WaitsForEver(node)) node.next = node.held_up_by;
}

void WaitGraph::FindHolders() {
  for (std::size_t i = 0; i < order_.size(); ++i) FindHolder(*order_[i]);
}

void WaitGraph::NameHolder(const Node& node) {
  Unit& unit = node.finding->unit;
  const int tid = node.blocker.tid;
  if (node.held_up_by != nullptr) {
    const Unit& other = node.held_up_by->finding->unit;
    unit.held_by =
        Holder{tid,         other.name,  false,
               other.state, other.stack, node.blocker.how == Blocker::How::kWaitsToWrite};
    return;
  }
  unit.held_by = Holder{tid, inspector_.NameOfEnded(tid), true, WaitState::kOther, {}, false};
  if (!WaitsForEver(node)) return;
  FoundDeadlock& deadlock = abandoned_[unit.waits_at];
  deadlock.kind = Deadlock::Kind::kOwnerEnded;
  deadlock.units.push_back(*node.finding);
}

// Confirms a circle. All threads were seen blocked before the locks are read here, and none has run
// until after that. So at a moment in between, each waited for a lock, and the holder of that lock
// waited as well.
bool Confirm(const std::vector<Node*>& circle) {
  const auto all = [&circle](bool (*holds)(const Node&)) {
    return std::all_of(circle.begin(), circle.end(), [holds](const Node* n) { return holds(*n); });
  };
  return all(StillHeld) && all(HasNotMoved);
}

// Returns the circle that is entered on the way from `node`; empty if there is none, or if another
// walk has been there.
std::vector<Node*> WaitGraph::CircleFrom(Node* node, int walk) {
  while (node != nullptr && node->walk == 0) {
    node->walk = walk;
    node = node->next;
  }
  std::vector<Node*> circle;
  if (node == nullptr || node->walk != walk) return circle;
  for (Node* member = node; circle.empty() || member != node; member = member->next)
    circle.push_back(member);
  return circle;
}

// Confirms the way and the circle together, in the same manner as a circle alone.
bool WaitGraph::LeadsIntoCircle(int tid) {
  Node* const start = Find(tid);
  FindHolders();
  std::vector<Node*> way;
  Node* node = start;
  for (; node != nullptr && node->walk == 0; node = node->next) {
    node->walk = 1;
    way.push_back(node);
  }
  return node != nullptr && Confirm(way);
}

std::vector<FoundDeadlock> WaitGraph::Circles() {
  std::vector<FoundDeadlock> deadlocks;
  int walk = 0;
  for (auto& [tid, node] : nodes_) {
    std::vector<Node*> circle = CircleFrom(&node, ++walk);
    if (circle.empty() || !Confirm(circle)) continue;
    // The circle always begins with the same thread, no matter which thread led here.
    std::rotate(circle.begin(),
                std::min_element(circle.begin(), circle.end(),
                                 [](const Node* a, const Node* b) { return a->tid() < b->tid(); }),
                circle.end());
    FoundDeadlock& deadlock = deadlocks.emplace_back();
    deadlock.kind = circle.size() == 1 ? Deadlock::Kind::kSelf : Deadlock::Kind::kCycle;
    for (const Node* member : circle) {
      NameHolder(*member);
      member->finding->in_circle = true;
      deadlock.units.push_back(*member->finding);
    }
  }
  return deadlocks;
}

std::vector<FoundDeadlock> WaitGraph::Deadlocks() {
  std::vector<FoundDeadlock> deadlocks = Circles();
  for (const Node* node : order_) {
    if (node->held_up && !node->finding->in_circle && StillHeld(*node) && HasNotMoved(*node))
      NameHolder(*node);
  }
  for (auto& [address, deadlock] : abandoned_) deadlocks.push_back(std::move(deadlock));
  return deadlocks;
}

// Returns whether a thread seems to wait for something with a holder. Reads only memory, which may
// deceive.
bool MayWaitForHolder(int tid) {
  const auto at = platform::ReadBlockedAt(tid);
  if (!at || at->running || !platform::IsInFutex(*at)) return false;
  for (const auto& hold : {platform::ReadMutexWait(*at), platform::ReadRwlockWait(*at, false),
                           platform::ReadRwlockWait(*at, true), platform::ReadJoin(*at)}) {
    if (!hold) continue;
    if (hold->holder > 0 && platform::ReadThreadStat(hold->holder)) return true;
    if (hold->holder == 0 && !registry::FindReadHolders(hold->address).empty()) return true;
  }
  return false;
}

}  // namespace

bool IsInDeadlock(int tid) {
  if (!MayWaitForHolder(tid)) return false;
  Inspector inspector(/*system_lines=*/false);
  return WaitGraph(inspector).LeadsIntoCircle(tid);
}

std::vector<FoundDeadlock> FollowWaits(std::vector<Finding>& findings, Inspector& inspector) {
  WaitGraph graph(inspector);
  for (Finding& finding : findings) graph.Add(finding);
  graph.FindHolders();
  return graph.Deadlocks();
}

}  // namespace taskleak::explain
