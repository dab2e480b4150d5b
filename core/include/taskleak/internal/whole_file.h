// Files that are written whole or not at all. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_WHOLE_FILE_H_
#define TASKLEAK_INTERNAL_WHOLE_FILE_H_

#include <string>
#include <string_view>

#pragma GCC visibility push(default)  // what a shared taskleak exports

namespace taskleak::internal {

/// Writes piece by piece to a temporary file beside the target, and at the end replaces the target
/// by it. A reader always finds the old file or the whole new one, also after a crash. The
/// temporary file is always a new one: others may write to the folder, and may have put a file or a
/// link in its place. Not thread-safe.
class WholeFile {
 public:
  /// Replaces the file `path`, if there is one; of a symbolic link, the file that it leads to.
  /// Writes to `path` itself if it is a device, a pipe or the like.
  explicit WholeFile(const std::string& path);
  /// Makes the file `name`, for its owner only, in the folder that `folder` is open on. Follows and
  /// replaces no existing file or link.
  WholeFile(int folder, std::string name);
  /// Removes the temporary file, unless it was committed.
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  /// Adds a piece. Close() and Commit() report errors.
  void Append(std::string_view piece);
  /// Waits until everything that was added is on the disk, so that it survives a crash of the
  /// machine.
  void Sync();
  /// Ends writing. Returns the errno of the first thing that failed, or 0.
  [[nodiscard]] int Close();
  /// Does the same, and replaces the target.
  [[nodiscard]] int Commit();

 private:
  int MakeTemporary(const std::string& name, unsigned mode);
  void Flush();
  void Keep(bool success);

  int folder_;
  std::string path_;
  std::string temporary_;  // its name; empty if there is none
  bool replaces_;
  std::string buffer_;
  int file_ = -1;
  int error_ = 0;  // errno of the first thing that failed
};

}  // namespace taskleak::internal

#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_WHOLE_FILE_H_
