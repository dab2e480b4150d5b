#include "linux/coroutines/frame_scan.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "linux/coroutines/coroutine_symbol.h"
#include "linux/coroutines/mapped_elf.h"
#include "linux/coroutines/page_vector.h"
#include "linux/proc/memory.h"
#include "linux/proc/present_pages.h"
#include "linux/proc/process_image.h"
#include "linux/proc/subject.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::platform {
namespace {

using internal::Mapping;

bool IsWritable(const Mapping& mapping) {
  const std::size_t blank = mapping.line.find(' ');
  return blank != std::string_view::npos && mapping.line.substr(blank + 1, 2) == "rw";
}

// Returns the path of the file as the process sees it, which may have another root.
std::string PathOf(const Mapping& mapping) {
  if (const ProcessImage* const image = SubjectImage()) return image->PathOf(mapping.path);
  return std::string(SubjectFolder()) + "root" + std::string(mapping.path);
}

// Returns by how much the module's addresses differ from those in its file.
std::optional<std::uintptr_t> BiasOf(const MappedElf& elf, std::uintptr_t begin) {
  if (elf.has_fixed_addresses()) return 0;
  for (const Elf64_Phdr& segment : elf.segments()) {
    if (segment.p_type == PT_LOAD && segment.p_offset == 0) return begin - segment.p_vaddr;
  }
  return std::nullopt;
}

void AddFunctions(const Mapping& mapping, CoroutineFunctions& functions) {
  const MappedElf elf(PathOf(mapping).c_str());
  if (!elf.is_open()) return;
  const auto bias = BiasOf(elf, mapping.begin);
  const std::string_view names = elf.names();
  if (!bias || names.find('.') == std::string_view::npos) return;
  for (const Elf64_Sym& symbol : elf.symbols()) {
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_name >= names.size()) continue;
    const CoroutinePart part = PartOfSymbol(names.data() + symbol.st_name);
    if (part == CoroutinePart::kResume) functions.resume.push_back(*bias + symbol.st_value);
    if (part == CoroutinePart::kDestroy) functions.destroy.push_back(*bias + symbol.st_value);
  }
}

// Reads memory in pieces. Does not find frames in its own buffer.
class Scanner {
 public:
  explicit Scanner(const CoroutineFunctions& functions)
      : functions_(functions), words_(static_cast<std::uintptr_t*>(MapPages(kBuffer))) {}
  ~Scanner() { UnmapPages(words_, kBuffer); }
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  [[nodiscard]] bool is_usable() const { return words_ != nullptr && !functions_.destroy.empty(); }

  void Scan(const Mapping& mapping) {
    pages_.ForEachRun(mapping.begin, mapping.end, [this](std::uintptr_t begin, std::uintptr_t end) {
      for (std::uintptr_t at = begin; at < end && left_ > 0; at += kBuffer) {
        const std::size_t size = std::min<std::size_t>({kBuffer, end - at, left_});
        left_ -= size;
        ScanWords(at, ReadMemory(at, words_, size) / sizeof(std::uintptr_t));
      }
    });
  }

  [[nodiscard]] std::vector<std::uintptr_t> found() && { return std::move(found_); }

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 20;
  static constexpr std::size_t kMostFound = 10'000;

  [[nodiscard]] bool IsOwn(std::uintptr_t address) const {
    return LooksAtItself() && address - reinterpret_cast<std::uintptr_t>(words_) < kBuffer;
  }

  // Frames are aligned as for any object, to 16 bytes.
  void ScanWords(std::uintptr_t at, std::size_t count) {
    const std::uintptr_t least = functions_.destroy.front();
    const std::uintptr_t span = functions_.destroy.back() - least;
    for (std::size_t i = 1; i < count && found_.size() < kMostFound; i += 2) {
      if (words_[i] - least > span) continue;
      const bool is_frame =
          std::ranges::binary_search(functions_.destroy, words_[i]) &&
          (words_[i - 1] == 0 || std::ranges::binary_search(functions_.resume, words_[i - 1]));
      const std::uintptr_t frame = at + (i - 1) * sizeof(std::uintptr_t);
      if (is_frame && !IsOwn(frame)) found_.push_back(frame);
    }
  }

  const CoroutineFunctions& functions_;
  std::uintptr_t* words_;
  PresentPages pages_;
  std::size_t left_ = std::size_t{512} << 20;
  std::vector<std::uintptr_t> found_;
};

}  // namespace

CoroutineFunctions FindCoroutineFunctions() {
  CoroutineFunctions functions;
  const std::string maps = internal::ReadMaps();
  for (const Mapping& mapping : internal::ParseMaps(maps)) {
    if (mapping.offset == 0 && mapping.path.starts_with('/')) AddFunctions(mapping, functions);
  }
  for (auto* const list : {&functions.resume, &functions.destroy}) {
    std::ranges::sort(*list);
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return functions;
}

std::vector<std::uintptr_t> ScanForFrames(const CoroutineFunctions& functions) {
  Scanner scanner(functions);
  if (!scanner.is_usable()) return {};
  const std::string maps = internal::ReadMaps();
  std::vector<Mapping> mappings = internal::ParseMaps(maps);
  // The largest mappings are mostly reserved memory, such as a sanitizer's own, so they come last.
  std::ranges::stable_sort(mappings, {}, [](const Mapping& m) { return m.end - m.begin; });
  for (const Mapping& mapping : mappings) {
    if (IsWritable(mapping)) scanner.Scan(mapping);
  }
  return std::move(scanner).found();
}

}  // namespace taskleak::platform
