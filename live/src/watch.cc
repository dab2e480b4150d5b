#include "taskleak/live/watch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "file_store.h"
#include "judge.h"
#include "passing_capture.h"
#include "suspicions.h"
#include "taskleak/internal/own_thread.h"
#include "taskleak/live/diff.h"
#include "taskleak/live/formats.h"
#include "taskleak/live/pprof.h"

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

WatchOptions Checked(WatchOptions options) {
  if (options.period.count() <= 0)
    throw std::invalid_argument("the period should be greater than 0");
  for (const Rule& rule : options.rules) {
    const auto* growth = std::get_if<GrowthRule>(&rule);
    if (growth != nullptr && growth->looks < 3)
      throw std::invalid_argument("growth needs at least 3 looks");
  }
  return options;
}

void Say(const std::string& error) {
  if (!error.empty()) std::fprintf(stderr, "taskleak: %s\n", error.c_str());
}

}  // namespace

struct Watch::Impl {
  explicit Impl(WatchOptions given) : options(Checked(std::move(given))), judge(options.rules) {
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
    for (const auto& [reason, units] : suspected) SetSuspected(reason, 0);
  }

  void Run() {
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, options.period, [this] { return stopping; })) {
      lock.unlock();
      try {
        Look();
      } catch (const std::exception& error) {
        Say(error.what());
      }
      lock.lock();
    }
  }

  void Look() {
    const CapturePtr capture = TakePassingCapture();
    SaveAfter(*capture);
    const std::vector<Alarm> alarms = judge.Consider({capture, Clock::now(), ResidentBytes()});
    Suspect(alarms);
    std::string saved;  // all alarms of one look have one scene
    for (const Alarm& alarm : alarms) {
      if (IsCoolingDown(alarm)) continue;
      if (files && saved.empty()) saved = SaveScene(alarm);
      if (options.on_alarm) options.on_alarm(alarm);
    }
    constexpr std::size_t kKept = 3;
    before.push_back(capture);
    if (before.size() > kKept) before.pop_front();
  }

  // Updates the metrics, which show what holds now.
  void Suspect(const std::vector<Alarm>& alarms) {
    for (auto& [reason, units] : suspected) units = 0;
    for (const Alarm& alarm : alarms) suspected[alarm.reason] += alarm.units;
    for (const auto& [reason, units] : suspected) SetSuspected(reason, units);
  }

  bool IsCoolingDown(const Alarm& alarm) {
    const Clock::time_point now = Clock::now();
    std::erase_if(last, [&](const auto& known) { return now - known.second >= options.cool_down; });
    return !last.try_emplace({alarm.reason, alarm.signature, alarm.threads}, now).second;
  }

  std::string SaveScene(const Alarm& alarm) {
    const Capture& capture = *alarm.capture;
    std::string stem = files->Stem("watch", capture.time);
    std::string text = fmt::format("{}: {}\n\n", alarm.reason, alarm.text);
    if (!before.empty()) {
      text += Compare(before.front(), alarm.capture).ToText() + '\n';
      Say(files->Write(stem, "-before.txt", ToStackText(*before.back())));
    }
    Say(files->Write(stem, ".txt", text + ToStackText(capture)));
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
  std::optional<FileStore> files;
  std::deque<CapturePtr> before;                 // the last looks, oldest first
  std::optional<std::string> scene;              // that still lacks its next look
  std::map<std::string, std::size_t> suspected;  // units by reason
  // Alarms, by reason, signature and threads.
  std::map<std::tuple<std::string, std::string, std::vector<std::int64_t>>, Clock::time_point> last;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::optional<internal::OwnThread> thread;
};

Watch::Watch(WatchOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Watch::~Watch() = default;

}  // namespace taskleak::live
