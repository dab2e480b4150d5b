// The tables of a pprof profile.
#ifndef TASKLEAK_LIVE_SRC_PROFILE_WRITER_H_
#define TASKLEAK_LIVE_SRC_PROFILE_WRITER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "taskleak/internal/mappings.h"
#include "taskleak/leak.h"

namespace taskleak::live {

/// Writes one message `perftools.profiles.Profile` of
/// https://github.com/google/pprof/blob/main/proto/profile.proto. Not thread-safe.
class ProfileWriter {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  /// Begins a profile. `maps` is the text of /proc/PID/maps. The profile lists the executable files
  /// in it.
  explicit ProfileWriter(std::string maps);

  void AddValueType(std::string_view type, std::string_view unit);
  /// Adds a sample with one value for each value type. Labels with an empty value are left out.
  void AddSample(const Stack& stack, const std::vector<std::int64_t>& values, const Labels& labels);

  /// Returns the whole message. Call it once, as the last function.
  std::string Finish(std::chrono::system_clock::time_point time, std::string_view default_type);

 private:
  // A line of a location: function and line number.
  using Line = std::pair<std::uint64_t, std::int64_t>;

  std::int64_t String(std::string_view text);
  std::uint64_t Function(const Frame& frame);
  std::uint64_t Location(std::uintptr_t address, std::vector<Line> lines);
  std::vector<std::uint64_t> Locations(const Stack& stack);
  [[nodiscard]] std::uint64_t MappingOf(std::uintptr_t address) const;
  void WriteMappings();
  void WriteStrings();

  std::string maps_;
  std::vector<internal::Mapping> mappings_;  // the first is number 1
  std::map<std::string, std::int64_t, std::less<>> strings_;
  std::vector<std::string_view> strings_in_order_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> functions_;  // by name and file
  std::map<std::pair<std::uintptr_t, std::vector<Line>>, std::uint64_t> locations_;
  std::map<const Frame*, std::vector<std::uint64_t>> stacks_;
  std::string data_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PROFILE_WRITER_H_
