#include "taskleak/live/capture.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

#include "passing_capture.h"
#include "taskleak/alive.h"
#include "taskleak/internal/per_process.h"

namespace taskleak::live {
namespace {

using Clock = std::chrono::steady_clock;

CapturePtr Look(std::uint64_t id) {
  auto capture = std::make_shared<Capture>();
  capture->id = id;
  capture->time = std::chrono::system_clock::now();
  const Clock::time_point start = Clock::now();
  capture->report = FindAlive();
  for (const LeakGroup& group : capture->report.groups) {
    const UnitKind kind = group.first().kind;
    (kind == UnitKind::kTask             ? capture->tasks
     : kind == UnitKind::kUnjoinedThread ? capture->unjoined
     : kind == UnitKind::kProcess        ? capture->processes
                                         : capture->threads) += group.units.size();
  }
  capture->took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  return capture;
}

// The captures of one process.
class Captures {
 public:
  CapturePtr Take() {
    std::promise<CapturePtr> result;
    std::uint64_t id = 0;
    {
      std::unique_lock lock(mutex_);
      if (under_way_) {
        const std::shared_future<CapturePtr> shared = *under_way_;
        lock.unlock();
        return shared.get();
      }
      under_way_ = result.get_future().share();
      id = ++last_id_;
    }
    return Finish(id, result);
  }

  void Keep(CapturePtr capture) {
    constexpr std::size_t kMost = 8;
    constexpr std::size_t kMostUnits = 50'000;
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(kept_, capture) != kept_.end()) return;
    kept_.push_back(std::move(capture));
    std::size_t units = 0;
    for (const CapturePtr& each : kept_) units += each->report.unit_count();
    while (kept_.size() > kMost || (kept_.size() > 1 && units > kMostUnits)) {
      units -= kept_.front()->report.unit_count();
      kept_.pop_front();
    }
  }

  CapturePtr Find(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(kept_, id, &Capture::id);
    return found == kept_.end() ? nullptr : *found;
  }

 private:
  CapturePtr Finish(std::uint64_t id, std::promise<CapturePtr>& result) {
    CapturePtr capture;
    try {
      capture = Look(id);
      result.set_value(capture);
    } catch (...) {
      result.set_exception(std::current_exception());
      const std::lock_guard lock(mutex_);
      under_way_.reset();
      throw;
    }
    const std::lock_guard lock(mutex_);
    under_way_.reset();
    return capture;
  }

  std::mutex mutex_;
  std::optional<std::shared_future<CapturePtr>> under_way_;
  std::uint64_t last_id_ = 0;
  std::deque<CapturePtr> kept_;  // in the order of the requests
};

constinit internal::PerProcess<Captures> g_captures;

}  // namespace

CapturePtr TakeCapture() {
  Captures& captures = g_captures.Get();
  CapturePtr capture = captures.Take();
  captures.Keep(capture);
  return capture;
}

CapturePtr TakePassingCapture() { return g_captures.Get().Take(); }

CapturePtr FindCapture(std::uint64_t id) { return g_captures.Get().Find(id); }

}  // namespace taskleak::live
