#include "profile_writer.h"

#include <algorithm>
#include <protozero/pbf_writer.hpp>

#include "wording.h"

namespace taskleak::live {
namespace {

using protozero::pbf_writer;

// Field numbers of profile.proto.
enum Profile : protozero::pbf_tag_type {
  kSampleType = 1,
  kSample = 2,
  kMapping = 3,
  kLocation = 4,
  kFunction = 5,
  kStringTable = 6,
  kTimeNanos = 9,
  kDefaultSampleType = 14,
};
enum ValueTypeField : protozero::pbf_tag_type { kType = 1, kUnit = 2 };
enum SampleField : protozero::pbf_tag_type { kLocationId = 1, kValue = 2, kLabel = 3 };
enum LabelField : protozero::pbf_tag_type { kKey = 1, kString = 2 };
enum MappingField : protozero::pbf_tag_type {
  kMappingId = 1,
  kMemoryStart = 2,
  kMemoryLimit = 3,
  kFileOffset = 4,
  kMappingFile = 5,
  kHasFunctions = 7,
  kHasFilenames = 8,
  kHasLineNumbers = 9,
  kHasInlineFrames = 10,
};
enum LocationField : protozero::pbf_tag_type { kId = 1, kInMapping = 2, kAddress = 3, kLine = 4 };
enum LineField : protozero::pbf_tag_type { kFunctionId = 1, kLineNumber = 2 };
enum FunctionField : protozero::pbf_tag_type { kName = 2, kSystemName = 3, kFilename = 4 };

std::vector<internal::Mapping> ExecutedFiles(std::string_view maps) {
  std::vector<internal::Mapping> mappings = internal::ParseMaps(maps);
  std::erase_if(mappings, [](const internal::Mapping& each) {
    return !each.executable || each.path.empty();
  });
  return mappings;
}

}  // namespace

ProfileWriter::ProfileWriter(std::string maps)
    : maps_(std::move(maps)), mappings_(ExecutedFiles(maps_)) {
  String({});  // number 0 is the empty string
  WriteMappings();
}

// Strings in a map do not move, so views of them stay valid.
std::int64_t ProfileWriter::String(std::string_view text) {
  if (const auto known = strings_.find(text); known != strings_.end()) return known->second;
  const auto number = static_cast<std::int64_t>(strings_.size());
  strings_in_order_.push_back(strings_.emplace(text, number).first->first);
  return number;
}

void ProfileWriter::AddValueType(std::string_view type, std::string_view unit) {
  const std::int64_t type_number = String(type);
  const std::int64_t unit_number = String(unit);
  pbf_writer profile(data_);
  pbf_writer message(profile, kSampleType);
  message.add_int64(kType, type_number);
  message.add_int64(kUnit, unit_number);
}

void ProfileWriter::WriteMappings() {
  for (std::size_t i = 0; i < mappings_.size(); ++i) {
    const std::int64_t path = String(OneLine(mappings_[i].path));
    pbf_writer profile(data_);
    pbf_writer message(profile, kMapping);
    message.add_uint64(kMappingId, i + 1);
    message.add_uint64(kMemoryStart, mappings_[i].begin);
    message.add_uint64(kMemoryLimit, mappings_[i].end);
    message.add_uint64(kFileOffset, mappings_[i].offset);
    message.add_int64(kMappingFile, path);
    // The profile contains all symbols, so readers need not look for them.
    for (const auto known : {kHasFunctions, kHasFilenames, kHasLineNumbers, kHasInlineFrames})
      message.add_bool(known, true);
  }
}

std::uint64_t ProfileWriter::Function(const Frame& frame) {
  const std::int64_t name = String(FunctionText(frame));
  const std::int64_t file = String(OneLine(frame.file));
  const auto [known, is_new] = functions_.try_emplace({name, file}, functions_.size() + 1);
  if (is_new) {
    pbf_writer profile(data_);
    pbf_writer message(profile, kFunction);
    message.add_uint64(kId, known->second);
    message.add_int64(kName, name);
    message.add_int64(kSystemName, name);
    message.add_int64(kFilename, file);
  }
  return known->second;
}

std::uint64_t ProfileWriter::MappingOf(std::uintptr_t address) const {
  const auto mapping = std::ranges::find_if(mappings_, [address](const internal::Mapping& each) {
    return each.begin <= address && address < each.end;
  });
  return mapping == mappings_.end() ? 0
                                    : static_cast<std::uint64_t>(mapping - mappings_.begin()) + 1;
}

std::uint64_t ProfileWriter::Location(std::uintptr_t address, std::vector<Line> lines) {
  const auto [known, is_new] =
      locations_.try_emplace({address, std::move(lines)}, locations_.size() + 1);
  if (is_new) {
    pbf_writer profile(data_);
    pbf_writer message(profile, kLocation);
    message.add_uint64(kId, known->second);
    if (const std::uint64_t mapping = MappingOf(address)) message.add_uint64(kInMapping, mapping);
    message.add_uint64(kAddress, address);
    for (const auto& [function, number] : known->first.second) {
      pbf_writer line(message, kLine);
      line.add_uint64(kFunctionId, function);
      line.add_int64(kLineNumber, number);
    }
  }
  return known->second;
}

// Inlined functions are lines in the location of the function that contains them.
std::vector<std::uint64_t> ProfileWriter::Locations(const Stack& stack) {
  std::vector<std::uint64_t> locations;
  std::vector<Line> lines;
  for (const Frame& frame : stack) {
    lines.emplace_back(Function(frame), frame.line);
    if (frame.inlined) continue;
    locations.push_back(Location(frame.address, std::move(lines)));
    lines.clear();
  }
  return locations;
}

void ProfileWriter::AddSample(const Stack& stack, const std::vector<std::int64_t>& values,
                              const Labels& labels) {
  const auto [known, is_new] = stacks_.try_emplace(stack.begin());
  if (is_new) known->second = Locations(stack);
  std::vector<std::pair<std::int64_t, std::int64_t>> numbers;
  for (const auto& [key, value] : labels) {
    if (!value.empty()) numbers.emplace_back(String(key), String(value));
  }
  pbf_writer profile(data_);
  pbf_writer message(profile, kSample);
  message.add_packed_uint64(kLocationId, known->second.begin(), known->second.end());
  message.add_packed_int64(kValue, values.begin(), values.end());
  for (const auto& [key, value] : numbers) {
    pbf_writer label(message, kLabel);
    label.add_int64(kKey, key);
    label.add_int64(kString, value);
  }
}

void ProfileWriter::WriteStrings() {
  pbf_writer profile(data_);
  for (const std::string_view text : strings_in_order_)
    profile.add_string(kStringTable, text.data(), text.size());
}

std::string ProfileWriter::Finish(std::chrono::system_clock::time_point time,
                                  std::string_view default_type) {
  const std::int64_t type = String(default_type);
  WriteStrings();
  pbf_writer profile(data_);
  profile.add_int64(
      kTimeNanos,
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
  profile.add_int64(kDefaultSampleType, type);
  return std::move(data_);
}

}  // namespace taskleak::live
