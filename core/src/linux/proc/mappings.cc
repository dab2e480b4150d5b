#include "taskleak/internal/mappings.h"

#include <algorithm>
#include <cstddef>

#include "linux/proc/proc_file.h"
#include "linux/proc/process_image.h"
#include "linux/proc/subject.h"

namespace taskleak::internal {
namespace {

// Returns the character at that place of the field "rwxp", which follows a blank; 0 if there is
// none.
char PermissionAt(std::string_view line, std::size_t place) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return '\0';
  const std::string_view field = line.substr(blank + 1);
  return place < field.size() ? field[place] : '\0';
}

}  // namespace

std::string ReadMaps() {
  if (const platform::ProcessImage* const image = platform::SubjectImage()) return image->maps();
  const std::string path = std::string(platform::SubjectThreadFolder()) + "maps";
  return platform::ReadWholeProcFile(path.c_str()).value_or("");
}

std::string_view TakeLine(std::string_view& maps) {
  const std::string_view line = maps.substr(0, std::min(maps.find('\n'), maps.size() - 1) + 1);
  maps.remove_prefix(line.size());
  return line;
}

bool IsExecutable(std::string_view line) { return PermissionAt(line, 2) == 'x'; }

bool IsShared(std::string_view line) { return PermissionAt(line, 3) == 's'; }

// "begin-end rwxp offset device inode   path"
Mapping ParseMapping(std::string_view line) {
  Mapping mapping;
  mapping.line = line;
  platform::NumberReader fields(line.substr(0, line.find('\n')));
  mapping.begin = fields.Next(16).value_or(0);
  fields.SkipCharacter('-');
  mapping.end = fields.Next(16).value_or(0);
  mapping.executable = IsExecutable(line);
  mapping.shared = IsShared(line);
  fields.Skip(1);
  mapping.offset = fields.Next(16).value_or(0);
  fields.Skip(2);
  const std::size_t path = fields.rest().find_first_not_of(' ');
  if (path != std::string_view::npos) mapping.path = fields.rest().substr(path);
  return mapping;
}

std::vector<Mapping> ParseMaps(std::string_view maps) {
  std::vector<Mapping> mappings;
  while (!maps.empty()) mappings.push_back(ParseMapping(TakeLine(maps)));
  return mappings;
}

}  // namespace taskleak::internal
