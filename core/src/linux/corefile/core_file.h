// Reads a core file: the memory and the threads of a process that has ended (core(5)).
#ifndef TASKLEAK_SRC_LINUX_COREFILE_CORE_FILE_H_
#define TASKLEAK_SRC_LINUX_COREFILE_CORE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "linux/corefile/core_notes.h"

namespace taskleak::platform {

/// Says why a core file cannot be looked at; report/core_words.h has the words.
struct UnreadableCore {
  enum class Reason {
    kNotOpened,         ///< `error` is the errno
    kNotAFile,          ///< a folder, a pipe or the like
    kEmpty,             ///< it has no bytes
    kCompressed,        ///< `text` is the program that decompresses it
    kNotElf,            ///< it is something else
    kNotCore,           ///< an ELF file, but a program, library or object file
    kOtherProcessor,    ///< of a process for another processor
    kNoThreads,         ///< damaged, or cut off before its threads
    kProgramNotRead,    ///< the program that was named cannot be read; `error` is the errno
    kProgramNotElf,     ///< it is not a program for this processor
    kProgramOnlyDebug,  ///< it has debug information and no code
    kOtherProgram,      ///< it is another one, or another build
  };
  Reason reason = Reason::kNotOpened;
  int error = 0;
  std::string text{};
  std::string mapped{};    ///< kOtherProgram: the path of the program that ran
  std::string build_id{};  ///< of that
  std::string other_id{};  ///< of the program that was named
};

/// Holds a range of addresses, and where the file has its contents.
struct CoreSegment {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::uint64_t offset = 0;
  std::uint64_t saved = 0;      ///< how many bytes the file should have of it
  std::uint64_t available = 0;  ///< how many it has: fewer if it was cut off
  unsigned flags = 0;           ///< PF_R, PF_W and PF_X
};

/// Reads what the file contains, even if it is damaged; nothing in it can cause a fault.
/// Thread-safe once it is open.
class CoreFile {
 public:
  using Opened = std::variant<std::unique_ptr<CoreFile>, UnreadableCore>;
  static Opened Open(const std::string& path);
  /// Does the same with an open descriptor, which it closes.
  static Opened Open(int file);

  ~CoreFile();
  CoreFile(const CoreFile&) = delete;
  CoreFile& operator=(const CoreFile&) = delete;

  [[nodiscard]] const CoreNotes& notes() const { return notes_; }
  /// Returns the mappings that have a place in the file, by ascending address.
  [[nodiscard]] std::span<const CoreSegment> segments() const { return segments_; }
  /// Returns the segment that holds an address; null if there is none.
  [[nodiscard]] const CoreSegment* Find(std::uintptr_t address) const;
  /// Copies up to `size` bytes that are in the file. Returns how many there were from `address` on.
  std::size_t Read(std::uintptr_t address, void* buffer, std::size_t size) const;
  /// Returns how many bytes of memory are missing because the file was cut off.
  [[nodiscard]] std::uint64_t CountMissing() const;

 private:
  CoreFile(int file, std::uint64_t size) : file_(file), size_(size) {}

  [[nodiscard]] UnreadableCore::Reason ReadHeaders();

  int file_;
  std::uint64_t size_;
  CoreNotes notes_;
  std::vector<CoreSegment> segments_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COREFILE_CORE_FILE_H_
