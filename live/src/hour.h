// Keeps the counts of the last hour, by creator and by state.
#ifndef TASKLEAK_LIVE_SRC_HOUR_H_
#define TASKLEAK_LIVE_SRC_HOUR_H_

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "taskleak/live/capture.h"

namespace taskleak::live {

/// Holds the number of units that have something in common, look after look.
struct HourSeries {
  /// Says what the units have in common.
  enum class By {
    kCreator,  ///< the code that created them
    kPlace,    ///< where they are, if the creator is not known
    kState,    ///< what they wait for
  };
  struct Key {
    By by = By::kCreator;
    UnitKind kind = UnitKind::kThread;
    std::string name;  ///< the function, or the state; "(other)" for those beyond a limit
    std::string line;  ///< in that function, "src/pool.cc:63"; may be empty

    auto operator<=>(const Key&) const = default;
  };

  Key key;
  std::vector<std::uint32_t> counts;  ///< one for each look
  std::uint32_t lowest = 0;           ///< the least of them
  /// The look since which they have grown: the last one with hardly more than the least. Nothing if
  /// there are hardly more now.
  std::optional<std::size_t> began;
};

/// Holds the counts of the last hour.
struct HourTable {
  std::vector<std::chrono::system_clock::time_point> times;  ///< of the looks
  std::vector<std::uint32_t> threads;                        ///< alive, one for each look
  std::vector<std::uint32_t> tasks;                          ///< alive, one for each look
  std::vector<HourSeries> series;                            ///< those that grew most come first
};

/// Keeps the counts of looks for an hour. Holds at most 360 looks, further apart if there are more,
/// and at most 200 creators; the latest look is always among them. So its size is bounded: about
/// 400 kilobytes. If the clock is set back, forgets looks with later times. Thread-safe.
class Hour {
 public:
  static constexpr std::size_t kMostLooks = 360;
  static constexpr std::size_t kMostSeries = 200;

  void Add(const Capture& capture);
  [[nodiscard]] bool empty() const;
  [[nodiscard]] HourTable Table() const;

 private:
  using Time = std::chrono::system_clock::time_point;
  using Counts = std::map<HourSeries::Key, std::uint32_t>;

  [[nodiscard]] Counts CountsOf(const Capture& capture) const;
  void DropFirst(std::size_t looks);
  void DropLast(std::size_t looks);
  void DropEveryOther();

  mutable std::mutex mutex_;
  std::vector<Time> times_;
  std::vector<std::uint32_t> threads_;
  std::vector<std::uint32_t> tasks_;
  std::map<HourSeries::Key, std::vector<std::uint32_t>> series_;  // each as long as times_
  std::chrono::system_clock::duration gap_{0};  // the least time between two looks
};

/// Returns what all watches of this process have counted.
Hour& TheHour();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_HOUR_H_
