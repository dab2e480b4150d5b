#include "pprof_reader.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "symbolize/function_name.h"
#include "symbolize/runtime_code.h"
#include "test_entry.h"

namespace taskleak::cli {
namespace {

using protozero::pbf_reader;

constexpr std::size_t kMostBytes = std::size_t{256} << 20U;
constexpr std::int64_t kMostUnits = 1'000'000'000;  // of one sample

// Field numbers of profile.proto.
enum ProfileField : protozero::pbf_tag_type {
  kSampleType = 1,
  kSample = 2,
  kMapping = 3,
  kLocation = 4,
  kFunction = 5,
  kStringTable = 6,
};
enum ValueTypeField : protozero::pbf_tag_type { kType = 1 };
enum SampleField : protozero::pbf_tag_type { kLocationId = 1, kValue = 2, kLabel = 3 };
enum LabelField : protozero::pbf_tag_type { kKey = 1, kString = 2 };
enum MappingField : protozero::pbf_tag_type { kMappingFile = 5 };
enum LocationField : protozero::pbf_tag_type { kInMapping = 2, kLine = 4 };
enum LineField : protozero::pbf_tag_type { kFunctionId = 1, kLineNumber = 2 };
enum FunctionField : protozero::pbf_tag_type { kName = 2, kFilename = 4 };
constexpr protozero::pbf_tag_type kId = 1;  // of mappings, locations and functions

// A field that contains bytes. A field with an unexpected type is skipped.
constexpr std::uint32_t Bytes(protozero::pbf_tag_type field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::length_delimited);
}

// Returns the first whole number in `field`, or 0 if there is none.
std::int64_t Number(pbf_reader message, protozero::pbf_tag_type field) {
  return message.next(field, protozero::pbf_wire_type::varint) ? message.get_int64() : 0;
}

// Returns why it failed, or an empty text.
std::string Gunzip(std::string_view data, std::string* result) {
  constexpr int kWindowBits = 15 + 16;  // the largest window; 16 asks for gzip's frame (zlib.h)
  z_stream stream{};
  if (inflateInit2(&stream, kWindowBits) != Z_OK) return "no memory to uncompress it";
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  std::array<char, 1U << 16U> block;
  int code = Z_OK;
  while (code == Z_OK && result->size() <= kMostBytes) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    code = inflate(&stream, Z_NO_FLUSH);
    result->append(block.data(), block.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (result->size() > kMostBytes)
    return fmt::format("uncompressed it is larger than {} MB", kMostBytes >> 20U);
  return code == Z_STREAM_END ? "" : "it is not a complete gzip file";
}

/// A profile's tables and its samples. The samples are kept in encoded form, since the tables come
/// after them.
class Tables {
 public:
  // Throws protozero::exception.
  explicit Tables(std::string_view data) {
    for (pbf_reader profile(data.data(), data.size()); profile.next();) AddField(profile);
  }

  // Throws protozero::exception.
  [[nodiscard]] bool IsOfTaskleak() const {
    return types_.size() == 2 && Text(types_[0]) == "threads" && Text(types_[1]) == "tasks";
  }

  // Throws protozero::exception.
  void GiveUnits(const std::function<void(const Unit&, std::size_t)>& on_units) const {
    for (const protozero::data_view sample : samples_) {
      const auto [unit, count] = ReadSample(pbf_reader(sample));
      if (count > 0) on_units(unit, static_cast<std::size_t>(count));
    }
  }

 private:
  struct Place {
    std::uint64_t mapping = 0;
    std::vector<std::pair<std::uint64_t, int>> lines;  // function and line, innermost first
  };
  struct Named {
    std::int64_t name = 0;
    std::int64_t file = 0;
  };

  void AddField(pbf_reader& profile) {
    switch (profile.tag_and_type()) {
      case Bytes(kSampleType):
        types_.push_back(Number(profile.get_message(), kType));
        break;
      case Bytes(kSample):
        samples_.push_back(profile.get_view());
        break;
      case Bytes(kMapping):
        AddMapping(profile.get_message());
        break;
      case Bytes(kLocation):
        AddLocation(profile.get_message());
        break;
      case Bytes(kFunction):
        AddFunction(profile.get_message());
        break;
      case Bytes(kStringTable):
        strings_.push_back(profile.get_view());
        break;
      default:
        profile.skip();
    }
  }

  void AddMapping(pbf_reader mapping) {
    const std::int64_t id = Number(mapping, kId);
    mappings_[static_cast<std::uint64_t>(id)] = Number(mapping, kMappingFile);
  }

  void AddFunction(pbf_reader function) {
    functions_[static_cast<std::uint64_t>(Number(function, kId))] = {Number(function, kName),
                                                                     Number(function, kFilename)};
  }

  void AddLocation(pbf_reader location) {
    Place& place = places_[static_cast<std::uint64_t>(Number(location, kId))];
    place.mapping = static_cast<std::uint64_t>(Number(location, kInMapping));
    while (location.next()) {
      if (location.tag_and_type() == Bytes(kLine)) {
        const pbf_reader line = location.get_message();
        place.lines.emplace_back(Number(line, kFunctionId),
                                 static_cast<int>(Number(line, kLineNumber)));
      } else {
        location.skip();
      }
    }
  }

  // Returns an empty text for an unknown number.
  [[nodiscard]] std::string Text(std::int64_t number) const {
    const auto index = static_cast<std::size_t>(number);
    return index < strings_.size() ? std::string(strings_[index]) : std::string();
  }

  [[nodiscard]] std::pair<Unit, std::int64_t> ReadSample(pbf_reader sample) const {
    std::vector<std::uint64_t> locations;
    std::int64_t count = 0;
    std::map<std::string, std::string> labels;
    while (sample.next()) {
      if (sample.tag_and_type() == Bytes(kLocationId)) {
        const auto ids = sample.get_packed_uint64();
        locations.assign(ids.begin(), ids.end());
      } else if (sample.tag_and_type() == Bytes(kValue)) {
        for (const std::int64_t value : sample.get_packed_int64())
          count += std::clamp<std::int64_t>(value, 0, kMostUnits);
      } else if (sample.tag_and_type() == Bytes(kLabel)) {
        const pbf_reader label = sample.get_message();
        labels[Text(Number(label, kKey))] = Text(Number(label, kString));
      } else {
        sample.skip();
      }
    }
    return {UnitOf(labels, locations), count};
  }

  [[nodiscard]] Unit UnitOf(std::map<std::string, std::string>& labels,
                            const std::vector<std::uint64_t>& locations) const {
    Unit unit;
    unit.kind = KindNamed(labels["kind"]);
    unit.state = StateNamed(labels["state"]);
    unit.name = labels["name"];
    unit.stack = StackAt(locations);
    if (Frame creator; !labels["created_by"].empty()) {
      creator.function = labels["created_by"];
      unit.created_by = Stack({creator});
    }
    return unit;
  }

  [[nodiscard]] Stack StackAt(const std::vector<std::uint64_t>& locations) const {
    std::vector<Frame> frames;
    for (const std::uint64_t id : locations) {
      const auto place = places_.find(id);
      if (place == places_.end()) continue;
      const auto mapping = mappings_.find(place->second.mapping);
      const std::string module = mapping == mappings_.end() ? "" : Text(mapping->second);
      for (const auto& [function, line] : place->second.lines)
        frames.push_back(FrameOf(function, line, module.substr(module.rfind('/') + 1)));
      for (std::size_t i = 1; i < place->second.lines.size(); ++i)
        frames[frames.size() - 1 - i].inlined = true;
    }
    return Stack(std::move(frames));
  }

  [[nodiscard]] Frame FrameOf(std::uint64_t function, int line, const std::string& module) const {
    Frame frame;
    frame.line = std::max(line, 0);
    frame.module = module;
    if (const auto found = functions_.find(function); found != functions_.end()) {
      frame.function = Text(found->second.name);
      frame.file = Text(found->second.file);
    }
    // Profiles do not say which frames belong to the runtime.
    frame.runtime = symbolize::IsSystemModule(module) ||
                    symbolize::IsRuntimeName(symbolize::PlainName(frame.function));
    return frame;
  }

  std::vector<std::int64_t> types_;
  std::vector<protozero::data_view> samples_;
  std::vector<protozero::data_view> strings_;
  std::unordered_map<std::uint64_t, std::int64_t> mappings_;  // their files
  std::unordered_map<std::uint64_t, Place> places_;
  std::unordered_map<std::uint64_t, Named> functions_;
};

}  // namespace

std::string ReadPprof(std::string_view data,
                      const std::function<void(const Unit&, std::size_t)>& on_units) {
  std::string profile;
  if (std::string error = Gunzip(data, &profile); !error.empty()) return error;
  try {
    const Tables tables(profile);
    if (!tables.IsOfTaskleak())
      return "not a profile of taskleak: its values are not threads and tasks";
    tables.GiveUnits(on_units);
  } catch (const protozero::exception& error) {
    return fmt::format("it is broken: {}", error.what());
  }
  return {};
}

}  // namespace taskleak::cli
