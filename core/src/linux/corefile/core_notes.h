// The notes of a core file: its threads, and the files that were mapped.
#ifndef TASKLEAK_SRC_LINUX_COREFILE_CORE_NOTES_H_
#define TASKLEAK_SRC_LINUX_COREFILE_CORE_NOTES_H_

#include <sys/types.h>
#include <sys/user.h>

#include <cstdint>
#include <string>
#include <vector>

struct Elf;

namespace taskleak::platform {

/// A note NT_PRSTATUS (struct elf_prstatus in sys/procfs.h).
struct ThreadNote {
  int tid = 0;
  int signal = 0;  ///< that ended or stopped it; 0: none
  user_regs_struct registers{};
};

/// A part of a file that was mapped (NT_FILE; fs/binfmt_elf.c, fill_files_note).
struct FileNote {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::uint64_t offset = 0;  ///< in the file
  std::string path;
};

/// Holds the contents of the notes; of damaged notes, what can be read.
struct CoreNotes {
  std::vector<ThreadNote> threads;    ///< in the order of the file; the kernel begins with the one
                                      ///< that received the signal
  pid_t pid = 0;                      ///< 0: not known
  std::string name;                   ///< of the first thread; empty: not known
  std::vector<FileNote> files;        ///< in the order of the file
  std::uintptr_t entry = 0;           ///< where the program begins (AT_ENTRY); 0: not known
  std::uintptr_t vdso = 0;            ///< AT_SYSINFO_EHDR; 0: not known
  std::uint64_t page_size = 0;        ///< AT_PAGESZ; 0: not known
  std::uintptr_t signature_bits = 0;  ///< of a signed return address (NT_ARM_PAC_MASK)
};

/// Adds the contents of the notes between `offset` and `offset + size` of a core file.
void ReadCoreNotes(Elf* elf, std::uint64_t offset, std::uint64_t size, CoreNotes& notes);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COREFILE_CORE_NOTES_H_
