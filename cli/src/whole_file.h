// Files that are written whole or not at all.
#ifndef TASKLEAK_CLI_WHOLE_FILE_H_
#define TASKLEAK_CLI_WHOLE_FILE_H_

#include <string>
#include <string_view>

namespace taskleak::cli {

/// Writes `text` to a temporary file beside `path`, on the disk before it takes that file's place:
/// whatever happens, `path` is the old file or the new one. "-" is standard output. Returns why it
/// failed, naming the file, or an empty text.
std::string WriteWhole(const std::string& path, std::string_view text);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_WHOLE_FILE_H_
