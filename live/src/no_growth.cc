#include "taskleak/live/no_growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "descriptors.h"
#include "group_key.h"
#include "places.h"
#include "taskleak/live/capture.h"
#include "taskleak/live/growth.h"
#include "taskleak/options.h"
#include "wording.h"

namespace taskleak::live {
namespace {

using Clock = std::chrono::steady_clock;
using Sizes = std::map<std::string, double>;  // by group, and by kind of descriptors

constexpr std::size_t kLooks = 12;
constexpr std::size_t kLeastRuns = 2 * kLooks;
constexpr double kLeastGrowth = 3;  // units over all looks; less may be chance
constexpr std::string_view kDescriptors = "descriptors ";

Sizes SizesOf(const Capture& capture) {
  Sizes sizes;
  for (const LeakGroup& group : capture.report.groups)
    sizes[GroupKey(group)] += static_cast<double>(group.units.size());
  for (const auto& [kind, count] : CountDescriptors())
    sizes[std::string(kDescriptors) + kind] = static_cast<double>(count);
  return sizes;
}

double SizeIn(const Sizes& sizes, const std::string& key) {
  const auto found = sizes.find(key);
  return found == sizes.end() ? 0 : found->second;
}

void AddGroup(const LeakGroup& group, std::string& text) {
  const Unit& first = group.first();
  if (!first.created_by.empty()) text += "    created by\n";
  AddFrames(first.created_by, text);
  const std::vector<Place> places = PlacesOf(group);
  constexpr std::size_t kMostPlaces = 3;
  for (std::size_t i = 0; i < std::min(places.size(), kMostPlaces); ++i) {
    text += fmt::format("    {} {}\n", places[i].size(), ToString(places[i].front().state));
    AddFrames(places[i].front().stack, text);
  }
}

}  // namespace

struct GrowthCheck::Impl {
  Impl(std::size_t how_often, std::string text)
      : runs(std::max(how_often, kLeastRuns)), what(std::move(text)) {}

  // Looks if it is time to. Called before each run and after the last one.
  void LookIfDue() {
    if (done * kLooks < looks.size() * runs) return;
    last = TakeCapture();
    looks.push_back(SizesOf(*last));
  }

  // Returns by how much a group grew over all looks.
  [[nodiscard]] double GrowthOf(const std::string& key) const {
    std::vector<double> series;
    for (const Sizes& sizes : looks) series.push_back(SizeIn(sizes, key));
    return RobustSlope(series) * static_cast<double>(series.size() - 1);
  }

  std::map<std::string, double> Suspects() const {
    std::map<std::string, double> suspects;
    for (const auto& [key, size] : looks.back()) {
      const double growth = GrowthOf(key);
      if (growth >= kLeastGrowth) suspects.emplace(key, growth);
    }
    return suspects;
  }

  // Waits, and drops suspects that shrink after all.
  void Await(std::map<std::string, double>& suspects) {
    const Clock::time_point end = Clock::now() + Options::FromEnvironment().drain;
    const Sizes first = looks.front();
    for (auto pause = std::chrono::milliseconds(1); !suspects.empty(); pause *= 2) {
      std::erase_if(suspects, [&](const auto& suspect) {
        return SizeIn(looks.back(), suspect.first) - SizeIn(first, suspect.first) < kLeastGrowth;
      });
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
      if (suspects.empty() || left.count() <= 0) return;
      std::this_thread::sleep_for(std::min(pause, left));
      last = TakeCapture();
      looks.back() = SizesOf(*last);
    }
  }

  void Describe(const std::map<std::string, double>& suspects) {
    failure = fmt::format("threads, tasks or descriptors grow with each run ({} runs): {}\n", runs,
                          OneLine(what));
    std::set<std::string> told;
    for (const LeakGroup& group : last->report.groups) {
      const auto suspect = suspects.find(GroupKey(group));
      if (suspect == suspects.end() || !told.insert(suspect->first).second) continue;
      const auto now = static_cast<std::size_t>(SizeIn(looks.back(), suspect->first));
      failure +=
          fmt::format("\n+{}, now {}\n", std::lround(suspect->second), CountText(now, group.units));
      AddGroup(group, failure);
    }
    for (const auto& [key, growth] : suspects) {
      if (!key.starts_with(kDescriptors)) continue;
      failure += fmt::format("\n+{}, now {} descriptors: {}\n", std::lround(growth),
                             SizeIn(looks.back(), key), OneLine(key.substr(kDescriptors.size())));
    }
  }

  bool Next() {
    if (!failure.empty()) return false;
    LookIfDue();
    if (done < runs) {
      ++done;
      return true;
    }
    auto suspects = Suspects();
    Await(suspects);
    if (suspects.empty()) return false;
    Describe(suspects);
    return true;
  }

  const std::size_t runs;
  const std::string what;
  std::size_t done = 0;
  std::vector<Sizes> looks;
  CapturePtr last;
  std::string failure;
};

GrowthCheck::GrowthCheck(std::size_t runs, std::string what)
    : impl_(std::make_unique<Impl>(runs, std::move(what))) {}

GrowthCheck::~GrowthCheck() = default;

bool GrowthCheck::Next() { return impl_->Next(); }

bool GrowthCheck::InStatement() const { return impl_->failure.empty(); }

const std::string& GrowthCheck::failure() const { return impl_->failure; }

}  // namespace taskleak::live
