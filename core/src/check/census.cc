#include "taskleak/census.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "explain/creation_frames.h"
#include "explain/wait_state.h"
#include "linux/proc/thread_info.h"
#include "linux/proc/thread_list.h"
#include "registry/frame_log.h"
#include "registry/own_threads.h"
#include "registry/task_registry.h"
#include "registry/thread_birth.h"
#include "symbolize/resolved_stack.h"
#include "symbolize/symbolizer.h"
#include "taskleak/internal/per_process.h"

namespace taskleak {
namespace {

using platform::ThreadId;
using registry::ThreadRecord;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Remembers what each thread waited for when it was last looked at.
class ThreadStates {
 public:
  std::map<WaitState, std::size_t> Count(const platform::ThreadIds& alive,
                                         const std::set<int>& own) {
    Keep(alive, own);
    LookAgain();
    std::map<WaitState, std::size_t> counts;
    for (const Known& thread : threads_) {
      if (thread.state) ++counts[*thread.state];
    }
    return counts;
  }

 private:
  struct Known {
    ThreadId id;
    std::optional<WaitState> state;  // nothing: gone, or not looked at yet
  };
  using Clock = std::chrono::steady_clock;

  // Keeps the threads in `alive`. Both lists are sorted.
  void Keep(const platform::ThreadIds& alive, const std::set<int>& own) {
    std::vector<Known> kept;
    kept.reserve(alive.size());
    auto known = threads_.begin();
    for (const ThreadId& id : alive) {
      if (own.contains(id.tid)) continue;
      while (known != threads_.end() && known->id < id) ++known;
      const bool is_known = known != threads_.end() && known->id == id;
      kept.push_back(is_known ? *known : Known{id, std::nullopt});
    }
    threads_ = std::move(kept);
  }

  static void Look(Known& thread) {
    const auto at = platform::ReadBlockedAt(thread.id.tid);
    thread.state = at ? std::optional(explain::ClassifyWait(*at, symbolize::ResolvedStack()).state)
                      : std::nullopt;
  }

  // Looks first at threads that were never seen, and then at the others in turn, from the place
  // where the last look stopped.
  void LookAgain() {
    constexpr auto kMostTime = std::chrono::microseconds(1000);
    const Clock::time_point end = Clock::now() + kMostTime;
    std::vector<Known*> order;
    for (Known& thread : threads_) {
      if (!thread.state) order.push_back(&thread);
    }
    const auto resume = std::partition_point(threads_.begin(), threads_.end(),
                                             [this](const Known& t) { return t.id < resume_at_; });
    const auto add = [&order](Known& thread) {
      if (thread.state) order.push_back(&thread);
    };
    std::for_each(resume, threads_.end(), add);
    std::for_each(threads_.begin(), resume, add);
    for (Known* thread : order) {
      resume_at_ = thread->id;
      if (Clock::now() >= end) return;
      Look(*thread);
    }
  }

  std::vector<Known> threads_;  // sorted by id
  ThreadId resume_at_{};
};

struct SharedStates {
  Mutex mutex;
  ThreadStates states TASKLEAK_GUARDED_BY(mutex);
};

// A function of the program that creates units, and the line in it.
struct Site {
  std::string function;
  std::string line;
  auto operator<=>(const Site&) const = default;
};

// Returns the line in the function itself: functions that were inlined there come before it.
std::string LineOf(const platform::RawFrame& frame) {
  const std::vector<Frame> resolved = symbolize::Resolve({frame});
  if (resolved.empty()) return {};
  const Frame& last = resolved.back();
  if (!last.file.empty() && last.line > 0) return last.file + ':' + std::to_string(last.line);
  return last.module.empty() ? std::string()
                             : fmt::format("{}+{:#x}", last.module, last.module_offset);
}

Site SiteOf(const std::vector<platform::RawFrame>& frames) {
  for (const platform::RawFrame& frame : frames) {
    const symbolize::QuickFrame& quick = symbolize::Quick(frame);
    if (!explain::IsInTaskLibrary(quick.runtime, quick.plain_name))
      return {quick.plain_name, LineOf(frame)};
  }
  return {};
}

// Counts the units of one creator. Creators are counted by address first, so that each address is
// turned into a name once.
struct Tally {
  std::size_t count = 0;
  milliseconds oldest{0};

  void Add(milliseconds age, std::size_t more = 1) {
    count += more;
    oldest = std::max(oldest, age);
  }
};

using Sites = std::map<std::pair<UnitKind, Site>, Tally>;

void CountThreadSites(const std::set<int>& own, std::size_t threads, Sites& sites) {
  std::map<std::vector<std::uintptr_t>, Tally> by_stack;
  const auto now = ThreadRecord::Clock::now();
  std::size_t known = 0;
  for (const ThreadRecord& record : registry::RunningRecords()) {
    if (own.contains(record.tid)) continue;
    const auto stack = std::span(record.created_by).first(record.depth);
    by_stack[{stack.begin(), stack.end()}].Add(duration_cast<milliseconds>(now - record.born));
    ++known;
  }
  for (const auto& [stack, tally] : by_stack)
    sites[{UnitKind::kThread, SiteOf(explain::CreationFrames(stack))}].Add(tally.oldest,
                                                                           tally.count);
  if (threads > known) sites[{UnitKind::kThread, {}}].Add(milliseconds(0), threads - known);
}

void CountTasks(Census& census, std::map<WaitState, std::size_t>& states, Sites& sites) {
  std::map<std::pair<const registry::CreationStack*, std::uintptr_t>, Tally> by_creator;
  const registry::TaskTotals totals =
      registry::GlanceAtTasks([&](const registry::TaskGlance& task) {
        ++census.tasks;
        ++states[task.state];
        by_creator[{task.created, task.site}].Add(task.age);
      });
  census.tasks_born = totals.born;
  census.tasks_ended = totals.ended;
  for (const auto& [creator, tally] : by_creator) {
    const auto& [created, site] = creator;
    sites[{UnitKind::kTask, SiteOf(explain::CreationFrames(created, site))}].Add(tally.oldest,
                                                                                 tally.count);
  }
}

void AddStates(UnitKind kind, const std::map<WaitState, std::size_t>& states, Census& census) {
  for (const auto& [state, count] : states) census.states.push_back({kind, state, count});
}

}  // namespace

Census TakeCensus() {
  constinit static internal::PerProcess<SharedStates> states;
  registry::FollowFrames();
  Census census;
  const std::set<int> own = registry::OwnThreads();
  const std::size_t all = platform::CountThreads();
  census.threads = all - std::min(all, own.size());
  census.unjoined = registry::CountUnjoined();
  const registry::ThreadTotals totals = registry::CountThreadsEver();
  census.threads_born = totals.born;
  census.threads_ended = totals.ended;
  if (const auto alive = platform::ListThreads()) {
    SharedStates& shared = states.Get();
    const MutexLock lock(shared.mutex);
    AddStates(UnitKind::kThread, shared.states.Count(**alive, own), census);
  }
  Sites sites;
  CountThreadSites(own, census.threads, sites);
  std::map<WaitState, std::size_t> task_states;
  CountTasks(census, task_states, sites);
  AddStates(UnitKind::kTask, task_states, census);
  for (const auto& [site, tally] : sites)
    census.sites.push_back(
        {site.first, site.second.function, site.second.line, tally.count, tally.oldest});
  std::ranges::stable_sort(census.sites, std::ranges::greater(), &Census::SiteCount::count);
  return census;
}

}  // namespace taskleak
