#include "linux/corefile/core_image.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "linux/arch/context.h"
#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

// Holds one line of maps. Characters that a line cannot hold are written as the kernel does
// (fs/seq_file.c, mangle_path).
struct Line {
  std::uintptr_t begin;
  std::uintptr_t end;
  unsigned flags;
  std::uint64_t offset;
  std::string_view path;
};

std::string TextOf(const Line& line, std::size_t number_of_file) {
  std::string path(line.path);
  for (std::size_t at = 0; (at = path.find('\n', at)) != path.npos;) path.replace(at, 1, "\\012");
  return fmt::format("{:x}-{:x} {}{}{}p {:08x} 00:{:02x} {} {}\n", line.begin, line.end,
                     (line.flags & PF_R) != 0 ? 'r' : '-', (line.flags & PF_W) != 0 ? 'w' : '-',
                     (line.flags & PF_X) != 0 ? 'x' : '-', line.offset, number_of_file == 0 ? 0 : 1,
                     number_of_file, path);
}

// Returns the flags of a mapping. Debuggers leave out mappings that cannot have changed; for those,
// the program headers show what is code.
unsigned FlagsOf(const FileNote& note, const CoreFile& core, const Module* module) {
  if (const CoreSegment* const segment = core.Find(note.begin)) return segment->flags;
  const std::uint64_t page_size = std::max(core.notes().page_size, std::uint64_t{kSmallestPage});
  const bool code =
      module != nullptr && module->identity && module->identity->IsCode(note.offset, page_size);
  return code ? PF_R | PF_X : PF_R;
}

// Returns the folders of `search` and those that libdwfl searches by itself.
std::string DebugPath(const ModuleSearch& search) {
  std::string path;
  for (const std::string& folder : search.debug_dirs) path += folder + ':';
  return path + search.sysroot + "/usr/lib/debug";
}

}  // namespace

CoreImage::CoreImage(std::unique_ptr<CoreFile> core, const ModuleSearch& search)
    : core_(std::move(core)), modules_(*core_, search), debug_path_(DebugPath(search)) {
  OpenFiles();
  AddThreads();
  WriteMaps();
}

CoreImage::~CoreImage() {
  for (const int file : files_) close(file);
}

void CoreImage::OpenFiles() {
  std::map<std::string_view, int> numbers;
  for (const Module& module : modules_.all()) {
    if (module.file.empty()) continue;
    const int file = open(module.file.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    files_.push_back(file);
    numbers.emplace(module.path, file);
  }
  for (const FileNote& note : core_->notes().files) {
    const auto file = numbers.find(note.path);
    if (file != numbers.end()) parts_.push_back({note.begin, note.end, note.offset, file->second});
  }
  std::ranges::sort(parts_, {}, &FilePart::begin);
}

void CoreImage::AddThreads() {
  const CoreNotes& notes = core_->notes();
  const auto read = [this](std::uintptr_t address, void* buffer, std::size_t size) {
    return ReadMemory(address, buffer, size);
  };
  for (const ThreadNote& note : notes.threads) {
    const Registers registers = ToRegisters(note.registers);
    ImageThread thread{.tid = note.tid, .at = WhereStopped(note.registers, read)};
    for (unsigned number = 0; number < kRegisterCount; ++number)
      thread.registers.push_back(registers[number]);
    // Only the first thread's name is kept.
    if (note.tid == notes.pid) thread.name = notes.name;
    threads_.push_back(std::move(thread));
  }
  std::ranges::stable_sort(threads_, {}, &ImageThread::tid);
  const auto is_same = [](const ImageThread& a, const ImageThread& b) { return a.tid == b.tid; };
  threads_.erase(std::unique(threads_.begin(), threads_.end(), is_same),  // in a damaged file
                 threads_.end());
  pid_ = notes.pid > 0 ? notes.pid : threads_.front().tid;
}

void CoreImage::WriteMaps() {
  std::vector<Line> lines;
  for (const FileNote& note : core_->notes().files)
    lines.push_back({note.begin, note.end, FlagsOf(note, *core_, modules_.Find(note.path)),
                     note.offset, note.path});
  std::ranges::sort(lines, {}, &Line::begin);
  const std::size_t files = lines.size();
  for (const CoreSegment& segment : core_->segments()) {
    const auto after = std::upper_bound(
        lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(files), segment.begin,
        [](std::uintptr_t begin, const Line& line) { return begin < line.begin; });
    if (after != lines.begin() && segment.begin < std::prev(after)->end) continue;
    const bool vdso = core_->notes().vdso != 0 && segment.begin == core_->notes().vdso;
    lines.push_back({segment.begin, segment.end, segment.flags, 0, vdso ? "[vdso]" : ""});
  }
  std::ranges::sort(lines, {}, &Line::begin);
  std::map<std::string_view, std::size_t> numbers;
  for (const Line& line : lines) {
    const bool is_file = line.path.starts_with('/');
    maps_ += TextOf(line,
                    is_file ? numbers.try_emplace(line.path, numbers.size() + 1).first->second : 0);
  }
}

std::string CoreImage::PathOf(std::string_view mapped_file) const {
  const Module* const module = modules_.Find(mapped_file);
  return module == nullptr ? std::string() : module->file;
}

// Reads a mapped file, except where the core should have the memory: a page that was written to
// differs from the file, so memory that is missing there is not known.
std::size_t CoreImage::ReadFile(std::uintptr_t address, void* buffer, std::size_t size) const {
  const CoreSegment* const segment = core_->Find(address);
  if (segment != nullptr && address - segment->begin < segment->saved) return 0;
  const auto after = std::ranges::upper_bound(parts_, address, {}, &FilePart::begin);
  if (after == parts_.begin() || address >= std::prev(after)->end) return 0;
  const FilePart& part = *std::prev(after);
  const std::size_t wanted = std::min<std::uint64_t>(size, part.end - address);
  const ssize_t n =
      pread(part.file, buffer, wanted, static_cast<off_t>(part.offset + (address - part.begin)));
  return n < 0 ? 0 : static_cast<std::size_t>(n);
}

std::size_t CoreImage::ReadMemory(std::uintptr_t address, void* buffer, std::size_t size) const {
  std::size_t done = 0;
  while (done < size) {
    char* const rest = static_cast<char*>(buffer) + done;
    std::size_t n = core_->Read(address + done, rest, size - done);
    if (n == 0) n = ReadFile(address + done, rest, size - done);
    if (n == 0) break;
    done += n;
  }
  return done;
}

std::variant<std::unique_ptr<CoreImage>, UnreadableCore> OpenCore(const std::string& path,
                                                                  const ModuleSearch& search) {
  auto opened = CoreFile::Open(path);
  if (auto* const why = std::get_if<UnreadableCore>(&opened)) return std::move(*why);
  auto image =
      std::make_unique<CoreImage>(std::move(std::get<std::unique_ptr<CoreFile>>(opened)), search);
  if (image->modules().wrong_program()) return *image->modules().wrong_program();
  return image;
}

}  // namespace taskleak::platform
