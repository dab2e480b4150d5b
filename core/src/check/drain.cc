#include "check/drain.h"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "check/progress.h"

namespace taskleak::check {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr microseconds kFirstPause{20};
constexpr microseconds kLongestPause{1000};

// When rules on stacks are asked: soon, so that an ignored thread costs no wait, and then ever more
// rarely.
class GrowingIntervals {
 public:
  bool Due(Clock::duration elapsed) {
    if (elapsed < next_) return false;
    next_ = elapsed * 4;
    return true;
  }

 private:
  Clock::duration next_ = milliseconds(1);
};

bool Contains(const Stragglers& stragglers, const Straggler& wanted) {
  return std::any_of(stragglers.begin(), stragglers.end(),
                     [&wanted](const Straggler& straggler) { return straggler.Is(wanted); });
}

// Takes away what rules on stacks ignore, and remembers it.
void DropIgnored(Stragglers& stragglers, const std::function<void(Stragglers&)>& drop_ignored,
                 Stragglers& ignored) {
  const Stragglers before = stragglers;
  drop_ignored(stragglers);
  std::copy_if(
      before.begin(), before.end(), std::back_inserter(ignored),
      [&stragglers](const Straggler& straggler) { return !Contains(stragglers, straggler); });
}

}  // namespace

Drained Drain(const Options& options, const std::function<Stragglers()>& look,
              const std::function<void(Stragglers&)>& drop_ignored) {
  const Clock::time_point start = Clock::now();
  Progress progress(start + options.drain);
  GrowingIntervals intervals;
  Stragglers ignored;  // once found to be ignored, for the rest of this wait
  microseconds pause = kFirstPause;
  Drained drained;
  for (;;) {
    drained.left = look();
    std::erase_if(drained.left, [&ignored](const Straggler& s) { return Contains(ignored, s); });
    const Clock::time_point now = Clock::now();
    if (!drained.left.empty() && intervals.Due(now - start))
      DropIgnored(drained.left, drop_ignored, ignored);
    drained.waited = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    if (drained.left.empty()) return drained;
    progress.Observe(drained.left, now);
    const bool may_go_on =
        now - start < options.drain || (now - start < options.drain_max && progress.Recent(now));
    if (!may_go_on) return drained;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace taskleak::check
