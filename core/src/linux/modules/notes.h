// Notes that the executable and libraries carry (elf(5), "Notes").
#ifndef TASKLEAK_SRC_LINUX_MODULES_NOTES_H_
#define TASKLEAK_SRC_LINUX_MODULES_NOTES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct Elf;

namespace taskleak::platform {

/// A note, as far as it is a text.
struct TextNote {
  std::string module;  ///< file name of what carries it
  std::uint32_t type = 0;
  std::string text;  ///< up to the first zero
};

/// Returns the notes of one owner in a file, without the module's name.
std::vector<TextNote> NotesIn(Elf* elf, std::string_view owner);

/// Returns the notes of one owner in all modules that are loaded now. Reads them again only if
/// others have been loaded since. Thread-safe.
std::vector<TextNote> ReadNotes(std::string_view owner);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_MODULES_NOTES_H_
