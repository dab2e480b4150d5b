#include "linux/modules/notes.h"

#include <elfutils/libdwfl.h>
#include <gelf.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "linux/modules/modules.h"

namespace taskleak::platform {
namespace {

std::string_view FileName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// A note's name ends with a zero, which counts.
bool Names(std::string_view name, std::string_view owner) {
  return name.size() == owner.size() + 1 && name.starts_with(owner) && name.back() == '\0';
}

// `data` is what one program header of type PT_NOTE covers.
void FindNotes(Elf_Data* data, std::string_view owner, std::vector<TextNote>& found) {
  const auto* const bytes = static_cast<const char*>(data->d_buf);
  GElf_Nhdr note;
  std::size_t name = 0;
  std::size_t text = 0;
  for (std::size_t at = 0; (at = gelf_getnote(data, at, &note, &name, &text)) > 0;) {
    if (!Names({bytes + name, note.n_namesz}, owner)) continue;
    const char* const begin = bytes + text;
    found.push_back({{}, note.n_type, std::string(begin, strnlen(begin, note.n_descsz))});
  }
}

// Holds the wanted owner and the notes found so far.
struct Search {
  std::string_view owner;
  std::vector<TextNote> found;
};

int FindInModule(Dwfl_Module* module, void**, const char* path, Dwarf_Addr, void* data) {
  auto& search = *static_cast<Search*>(data);
  Dwarf_Addr bias = 0;
  Elf* const elf = dwfl_module_getelf(module, &bias);
  if (elf == nullptr) return DWARF_CB_OK;
  for (TextNote& note : NotesIn(elf, search.owner)) {
    note.module = FileName(path);
    search.found.push_back(std::move(note));
  }
  return DWARF_CB_OK;
}

}  // namespace

std::vector<TextNote> NotesIn(Elf* elf, std::string_view owner) {
  std::vector<TextNote> found;
  std::size_t headers = 0;
  if (elf_getphdrnum(elf, &headers) != 0) return found;
  for (std::size_t i = 0; i < headers; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr || header.p_type != PT_NOTE)
      continue;
    constexpr GElf_Xword kWide = 8;
    Elf_Data* const notes =
        elf_getdata_rawchunk(elf, static_cast<std::int64_t>(header.p_offset), header.p_filesz,
                             header.p_align == kWide ? ELF_T_NHDR8 : ELF_T_NHDR);
    if (notes != nullptr) FindNotes(notes, owner, found);
  }
  return found;
}

std::vector<TextNote> ReadNotes(std::string_view owner) {
  static auto* const known = new std::vector<TextNote>();  // of generation `read`
  static std::string* const known_owner = new std::string();
  static std::uint64_t read = 0;
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  modules.RefreshIfOld();
  if (modules.dwfl() == nullptr) return {};
  if (read != modules.generation() || *known_owner != owner) {
    Search search{owner, {}};
    dwfl_getmodules(modules.dwfl(), FindInModule, &search, 0);
    *known = std::move(search.found);
    *known_owner = owner;
    read = modules.generation();
  }
  return *known;
}

}  // namespace taskleak::platform
