#include "linux/proc/recent_births.h"

#include <cstddef>
#include <cstdint>

namespace taskleak::platform {
namespace {

// Far longer than the kernel takes to list a thread after giving out its number, even on a busy
// machine.
constexpr std::chrono::seconds kBirthTakes{1};

// Far more than are born on most machines while a test runs.
constexpr std::size_t kRoomFor = 128;

}  // namespace

void RecentBirths::Note(const BirthCounter::Look& births, std::size_t most) {
  // In nearly all cases this needs no look at the clock.
  if (births.none && births_.empty() && !too_many_) return;
  Note(births, most, Clock::now());
}

void RecentBirths::Note(const BirthCounter::Look& births, std::size_t most, Clock::time_point now) {
  now_ = now;
  // All at once, at the first look. Then births anywhere on the machine cost no later look memory.
  births_.reserve(kRoomFor);
  const auto is_over = [](const Pace& pace) { return pace.last - pace.noticed > kBirthTakes; };
  std::erase_if(births_, [&](const Birth& birth) { return is_over(birth.pace); });
  if (is_over(full_list_)) too_many_ = false;
  const std::uint64_t given_out = births.to - births.from;  // huge after the turn of the cursor
  if (births_.size() + given_out > most || given_out > most) {
    births_.clear();
    too_many_ = true;
    full_list_.noticed = now;
    return;
  }
  // Also while others of the last second are missing: these outlast that.
  for (std::uint64_t number = births.from + 1; number <= births.to; ++number)
    births_.push_back({static_cast<int>(number), {now, now}});
}

}  // namespace taskleak::platform
