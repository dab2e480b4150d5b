#include "taskleak/live/watch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "begin_to_follow.h"
#include "file_store.h"
#include "hour.h"
#include "judge.h"
#include "page.h"
#include "passing_capture.h"
#include "places.h"
#include "stalls.h"
#include "stuck_capture.h"
#include "suspicions.h"
#include "taskleak/internal/own_thread.h"
#include "taskleak/internal/task_turns.h"
#include "taskleak/live/diff.h"
#include "taskleak/live/formats.h"
#include "taskleak/live/pprof.h"
#include "taskleak/stuck.h"
#include "unit_text.h"
#include "wording.h"

namespace taskleak::live {
namespace {

using Clock = std::chrono::steady_clock;

// Reads the second number of /proc/self/statm, which is in pages (proc_pid_statm(5)).
std::uint64_t ResidentBytes() {
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// Refuses durations that would become negative when they are compared with those of a clock.
void CheckDuration(std::string_view name, std::chrono::milliseconds value) {
  constexpr std::chrono::milliseconds kLongest(1'000'000'000'000);  // thirty years
  if (value.count() < 0 || value > kLongest)
    throw std::invalid_argument(
        fmt::format("{} is {}ms: it must be 0 to {}ms", name, value.count(), kLongest.count()));
}

void CheckDurations(const WatchOptions& options) {
  CheckDuration("period", options.period);
  CheckDuration("cool_down", options.cool_down);
  for (const Rule& rule : options.rules) {
    std::visit(
        [](const auto& each) {
          if constexpr (requires { each.longer_than; })
            CheckDuration("longer_than", each.longer_than);
        },
        rule);
  }
}

WatchOptions Checked(WatchOptions options) {
  CheckDurations(options);
  if (options.period.count() == 0) throw std::invalid_argument("the period must be greater than 0");
  for (const Rule& rule : options.rules) {
    const auto* growth = std::get_if<GrowthRule>(&rule);
    if (growth != nullptr && growth->looks < 3)
      throw std::invalid_argument("growth needs at least 3 looks");
    const auto* stall = std::get_if<StallRule>(&rule);
    if (stall != nullptr && stall->longer_than < std::chrono::milliseconds(4))
      throw std::invalid_argument("a stall must take at least 4 ms");
  }
  return options;
}

template <typename Kind>
bool Has(const std::vector<Rule>& rules) {
  return std::ranges::any_of(rules,
                             [](const Rule& rule) { return std::holds_alternative<Kind>(rule); });
}

StuckCounts CountsOf(const StuckReport& stuck) {
  StuckCounts counts;
  for (const auto& [reason, group] : stuck.groups)
    counts[{group.first().kind, reason}] += group.units.size();
  return counts;
}

const LeakGroup* GroupOfTask(const Capture& capture, std::int64_t id) {
  for (const LeakGroup& group : capture.report.groups) {
    if (group.first().kind == UnitKind::kTask &&
        std::ranges::find(group.units, id, &Unit::id) != group.units.end())
      return &group;
  }
  return nullptr;
}

// Returns the alarm of a turn that was too long when the capture was taken. Without a group, the
// turn has ended since then, so that the stack may be that of something else.
Alarm AlarmOf(const Stall& stall, const LeakGroup* group, const CapturePtr& capture) {
  Alarm alarm{"stall", {}, 1, {}, capture};
  std::string name = stall.turn.name;
  std::string where = "; it ended before its stack was read";
  if (group != nullptr) {
    alarm.signature = group->signature;
    alarm.stalled = *std::ranges::find(group->units, stall.turn.key.task, &Unit::id);
    name = alarm.stalled->name;
    const Frame* const own = FirstOwn(alarm.stalled->stack);
    where = own == nullptr ? std::string()
                           : fmt::format(": {} ({})", FunctionText(*own), LineText(*own));
  }
  alarm.text = fmt::format("task {} \"{}\" has run on thread {} for more than {:.3f} s{}",
                           stall.turn.key.task, OneLine(name), stall.turn.thread,
                           std::chrono::duration<double>(stall.at_least).count(), where);
  return alarm;
}

}  // namespace

struct Watch::Impl {
  explicit Impl(WatchOptions given)
      : options(Checked(std::move(given))),
        judge(options.rules),
        stalls(options.rules),
        looks_for_stuck(Has<StuckRule>(options.rules)) {
    BeginToFollow();
    if (stalls.interval()) AddStalls(0);
    if (options.files) files.emplace(*options.files);
    const bool calls_program = options.on_alarm != nullptr;
    thread.emplace(
        "taskleak-watch", [this] { Run(); }, calls_program);
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    thread->Join();
  }

  void Run() {
    Clock::time_point next_look = Clock::now() + options.period;
    Clock::time_point next_glance = stalls.interval() ? Clock::now() : Clock::time_point::max();
    std::unique_lock lock(mutex);
    while (
        !changed.wait_until(lock, std::min(next_look, next_glance), [this] { return stopping; })) {
      lock.unlock();
      try {
        if (Clock::now() >= next_glance) {
          next_glance = Clock::now() + *stalls.interval();  // also if it throws
          const Clock::duration rest = Glance();
          next_glance = std::max(next_glance, Clock::now() + rest);
        }
        if (Clock::now() >= next_look) {
          next_look = Clock::now() + options.period;
          Look();
          next_look = Clock::now() + options.period;
        }
      } catch (const std::exception& error) {
        Say(error.what());
      }
      lock.lock();
    }
  }

  // Looks for tasks that run for too long. Returns the time for which it should not look again.
  Clock::duration Glance() {
    constexpr int kShareOfTime = 50;
    const Clock::time_point start = Clock::now();
    const auto under_way = internal::TurnsUnderWay();
    const std::vector<Stall> found = stalls.Glance(under_way, start);
    const Clock::duration cost = Clock::now() - start;
    suspected["stall"] = stalls.count();
    findings.SetSuspected("stall", stalls.count());
    AddStalls(found.size());
    if (!found.empty()) ReportStalls(found);
    return kShareOfTime * cost;
  }

  void ReportStalls(const std::vector<Stall>& found) {
    const CapturePtr capture = TakePassingCapture();
    const auto still = internal::TurnsUnderWay();
    std::vector<Alarm> alarms;
    for (const Stall& stall : found) {
      const bool runs =
          std::ranges::find(still, stall.turn.key, &internal::TaskTurn::key) != still.end();
      alarms.push_back(
          AlarmOf(stall, runs ? GroupOfTask(*capture, stall.turn.key.task) : nullptr, capture));
    }
    Raise(alarms);
  }

  void Look() {
    const auto [capture, stuck] = looks_for_stuck ? TakeWithStuck(TakePassingCapture)
                                                  : StuckCapture{TakePassingCapture(), {}};
    TheHour().Add(*capture);
    SaveAfter(*capture);
    Evidence evidence{capture, Clock::now(), ResidentBytes()};
    if (looks_for_stuck) {
      findings.SetStuck(CountsOf(stuck));
      evidence.stuck = &stuck;
    }
    const std::vector<Alarm> alarms = judge.Consider(evidence);
    Suspect(alarms);
    Raise(alarms);
    constexpr std::size_t kKept = 3;
    before.push_back(capture);
    if (before.size() > kKept) before.pop_front();
  }

  void Raise(const std::vector<Alarm>& alarms) {
    std::string saved;  // all alarms of one look have one scene
    for (const Alarm& alarm : alarms) {
      if (IsCoolingDown(alarm)) continue;
      if (files && saved.empty()) saved = SaveScene(alarm);
      if (options.on_alarm) options.on_alarm(alarm);
    }
  }

  // Updates the metrics, which show what applies now.
  void Suspect(const std::vector<Alarm>& alarms) {
    for (auto& [reason, units] : suspected) {
      if (reason != "stall") units = 0;  // stalls are counted between looks
    }
    for (const Alarm& alarm : alarms) suspected[alarm.reason] += alarm.units;
    for (const auto& [reason, units] : suspected) findings.SetSuspected(reason, units);
  }

  bool IsCoolingDown(const Alarm& alarm) {
    const Clock::time_point now = Clock::now();
    std::erase_if(last, [&](const auto& known) { return now - known.second >= options.cool_down; });
    return !last.try_emplace({alarm.reason, alarm.signature, alarm.threads, alarm.tasks}, now)
                .second;
  }

  std::string SaveScene(const Alarm& alarm) {
    const Capture& capture = *alarm.capture;
    std::string stem = files->Stem("watch", capture.time);
    const std::string reason = fmt::format("{}: {}", alarm.reason, alarm.text);
    std::string text = reason + "\n\n";
    if (alarm.stalled) text += UnitText(*alarm.stalled);
    if (!before.empty()) {
      text += Compare(before.front(), alarm.capture).ToText() + '\n';
      Say(files->Write(stem, "-before.txt", ToStackText(*before.back())));
    }
    Say(files->Write(stem, ".txt", text + ToStackText(capture)));
    if (!TheHour().empty())
      Say(files->Write(stem, "-hour.html", HourPage(TheHour().Table(), reason, {})));
    Say(files->Write(stem, ".pb.gz", ToPprof(capture)));
    scene = stem;
    return stem;
  }

  void SaveAfter(const Capture& capture) {
    if (!scene) return;
    Say(files->Write(*scene, "-after.txt", ToStackText(capture)));
    scene.reset();
  }

  const WatchOptions options;
  Judge judge;
  StallWatch stalls;
  const bool looks_for_stuck;
  std::optional<FileStore> files;
  std::deque<CapturePtr> before;                 // the last looks, oldest first
  std::optional<std::string> scene;              // that still lacks the look after it
  std::map<std::string, std::size_t> suspected;  // units by reason
  Findings findings;                             // for the metrics
  using Ids = std::vector<std::int64_t>;
  // Alarms, by reason, signature, threads and tasks.
  std::map<std::tuple<std::string, std::string, Ids, Ids>, Clock::time_point> last;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::optional<internal::OwnThread> thread;
};

Watch::Watch(WatchOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Watch::~Watch() = default;

}  // namespace taskleak::live
