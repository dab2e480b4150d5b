#include "alive/timed_waits.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "linux/look/time_limit.h"

namespace taskleak::alive {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSampleInterval{50};
constexpr milliseconds kShortestExtension{100};
// How long a thread may need to get a processor after its wait has ended. From then on it is seen
// running.
constexpr milliseconds kLate{100};

}  // namespace

TimedWaits::TimedWaits(Clock::time_point start, Clock::duration drain)
    : latest_(start + drain + std::max<Clock::duration>(drain / 2, kShortestExtension)),
      next_(start) {}

std::optional<TimedWaits::Clock::time_point> TimedWaits::EndOf(const platform::BlockedAt& at,
                                                               Clock::time_point now) {
  const auto limit = platform::ReadTimeLimit(at);
  if (!limit) return std::nullopt;
  return now + std::chrono::duration_cast<Clock::duration>(limit->time);
}

void TimedWaits::Observe(const Stragglers& stragglers, Clock::time_point now) {
  if (now < next_) return;
  const Clock::time_point begin = Clock::now();
  std::map<platform::ThreadId, Wait> waits;
  for (const Straggler& straggler : stragglers) {
    const auto* const thread = std::get_if<LiveThread>(&straggler);
    if (thread == nullptr) continue;
    const auto run = platform::ReadRunCount(thread->id.tid);
    if (!run) continue;
    // As long as it has not run, it is in the same wait, of which least had passed when it was
    // first seen.
    const auto known = waits_.find(thread->id);
    if (known != waits_.end() && known->second.run == *run) {
      waits.insert(*known);
      continue;
    }
    const auto at = platform::ReadBlockedAt(thread->id.tid);
    if (at && !at->running) waits[thread->id] = {.run = *run, .end = EndOf(*at, now)};
  }
  waits_ = std::move(waits);
  constexpr int kShareOfTime = 10;
  next_ = now + std::max<Clock::duration>(kSampleInterval, (Clock::now() - begin) * kShareOfTime);
}

bool TimedWaits::EndSoon(Clock::time_point now) const {
  return std::ranges::any_of(waits_, [&](const auto& entry) {
    const auto& end = entry.second.end;
    return end && *end <= latest_ && now < *end + kLate;
  });
}

}  // namespace taskleak::alive
