#include "linux/corefile/module_files.h"

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <utility>

namespace taskleak::platform {
namespace {

using Reason = UnreadableCore::Reason;
using State = Module::State;

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : number_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (number_ >= 0) close(number_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// Returns the identity of a regular file with contents. Does not read other files: reading a device
// or a file of /proc may have effects. Sets errno if it cannot read the file.
std::optional<ElfIdentity> IdentityOfFile(const std::string& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) return std::nullopt;
  errno = EINVAL;
  if (!S_ISREG(about.st_mode) || about.st_size == 0) return std::nullopt;
  const OpenFile file(path);
  std::array<char, kIdentityBytes> bytes;
  const ssize_t size = file.number() < 0 ? -1 : pread(file.number(), bytes.data(), bytes.size(), 0);
  if (size < 0) return std::nullopt;
  errno = 0;
  return IdentityOf({bytes.data(), static_cast<std::size_t>(size)});
}

// Returns true for a file that strip --only-keep-debug has made: it does not contain the code.
bool HasOnlyDebugInformation(const std::string& path) {
  const OpenFile file(path);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file.number(), ELF_C_READ, nullptr),
                                                elf_end);
  for (Elf_Scn* section = elf == nullptr ? nullptr : elf_nextscn(elf.get(), nullptr);
       section != nullptr; section = elf_nextscn(elf.get(), section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == SHT_NOBITS &&
        (header.sh_flags & SHF_EXECINSTR) != 0)
      return true;
  }
  return false;
}

// Returns what the core contains of the beginning of a mapped file.
std::vector<char> ReadBeginning(const CoreFile& core, std::uintptr_t address) {
  std::vector<char> bytes(kIdentityBytes);
  bytes.resize(core.Read(address, bytes.data(), bytes.size()));
  return bytes;
}

// Returns the file that packages and debug servers' caches keep below .build-id/ (gdb's manual,
// "Debugging Information in Separate Files").
std::string FindByBuildId(const std::string& build_id, const ModuleSearch& search) {
  constexpr std::size_t kFolder = 2;
  if (build_id.size() <= kFolder) return {};
  for (const std::string& folder : search.debug_dirs) {
    std::string path =
        folder + "/.build-id/" + build_id.substr(0, kFolder) + '/' + build_id.substr(kFolder);
    const auto found = IdentityOfFile(path);
    if (found && found->build_id == build_id) return path;
  }
  return {};
}

// Holds what the notes show about one path.
struct Mapped {
  std::optional<std::uintptr_t> beginning;  // where the beginning of the file is mapped
  bool has_code = false;                    // as far as the core shows
  bool has_entry = false;
};

std::map<std::string, Mapped> ByPath(const CoreFile& core) {
  std::map<std::string, Mapped> mapped;
  for (const FileNote& note : core.notes().files) {
    if (!note.path.starts_with('/')) continue;
    Mapped& file = mapped[note.path];
    if (note.offset == 0 && !file.beginning) file.beginning = note.begin;
    const CoreSegment* const segment = core.Find(note.begin);
    file.has_code |= segment != nullptr && (segment->flags & PF_X) != 0;
    file.has_entry |= note.begin <= core.notes().entry && core.notes().entry < note.end;
  }
  return mapped;
}

}  // namespace

ModuleFiles::ModuleFiles(const CoreFile& core, const ModuleSearch& search) {
  for (const auto& [path, mapped] : ByPath(core)) {
    Module module{.path = path, .is_program = mapped.has_entry};
    const auto beginning =
        mapped.beginning ? ReadBeginning(core, *mapped.beginning) : std::vector<char>();
    module.identity = IdentityOf(beginning);
    if (module.identity) module.build_id = module.identity->build_id;
    // Data, such as a font or a list of locales.
    const bool other = !beginning.empty() && !module.identity;
    if (other && !mapped.has_code && !mapped.has_entry) continue;
    Resolve(module, search);
    if (module.identity || mapped.has_code || mapped.has_entry)
      modules_.push_back(std::move(module));
  }
  if (!search.program.empty()) wrong_program_ = UseProgram(search.program);
}

// Gives the module the file that has its contents, if there is one.
void ModuleFiles::Resolve(Module& module, const ModuleSearch& search) const {
  const std::string path = search.sysroot + module.path;
  if (const auto found = IdentityOfFile(path)) {
    const bool same = module.identity && module.identity->IsSameBuild(*found);
    module.state = same ? State::kFound : module.identity ? State::kOtherBuild : State::kUnverified;
    if (module.state != State::kOtherBuild) module.file = path;
    if (!module.identity) module.identity = found;
  }
  if (module.state == State::kFound) return;
  std::string by_id = FindByBuildId(module.build_id, search);
  if (by_id.empty()) return;
  module.file = std::move(by_id);
  module.state = State::kFound;
}

std::optional<UnreadableCore> ModuleFiles::UseProgram(const std::string& program) {
  const auto identity = IdentityOfFile(program);
  if (!identity && errno != 0)
    return UnreadableCore{.reason = Reason::kProgramNotRead, .error = errno, .text = program};
  if (!identity) return UnreadableCore{.reason = Reason::kProgramNotElf, .text = program};
  if (HasOnlyDebugInformation(program))
    return UnreadableCore{.reason = Reason::kProgramOnlyDebug, .text = program};
  // The one with the entry, unless the dynamic loader was started as a program.
  auto of_core = std::ranges::find_if(modules_, [&](const Module& module) {
    return module.state != State::kUnverified && module.identity &&
           module.identity->IsSameBuild(*identity);
  });
  const bool same = of_core != modules_.end();
  if (!same) of_core = std::ranges::find_if(modules_, &Module::is_program);
  if (of_core == modules_.end()) return std::nullopt;  // the core does not say what ran
  const bool unknown = of_core->state == State::kUnverified || !of_core->identity;
  if (!same && !unknown)
    return UnreadableCore{.reason = Reason::kOtherProgram,
                          .text = program,
                          .mapped = of_core->path,
                          .build_id = of_core->build_id,
                          .other_id = identity->build_id};
  of_core->file = program;
  of_core->state = same ? State::kFound : State::kUnverified;
  if (!of_core->identity) of_core->identity = identity;
  return std::nullopt;
}

const Module* ModuleFiles::Find(std::string_view path) const {
  const auto found = std::ranges::lower_bound(
      modules_, path, {}, [](const Module& module) -> std::string_view { return module.path; });
  return found == modules_.end() || found->path != path ? nullptr : &*found;
}

}  // namespace taskleak::platform
