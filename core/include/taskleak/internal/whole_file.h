// Files that are written whole or not at all. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_WHOLE_FILE_H_
#define TASKLEAK_INTERNAL_WHOLE_FILE_H_

#include <string>
#include <string_view>

#pragma GCC visibility push(default)  // what a shared taskleak exports

namespace taskleak::internal {

/// Writes piece by piece to a temporary file beside the one that is wanted, which it becomes at the
/// end: a reader, or a crash, finds the old file or the new one. Not thread-safe.
class WholeFile {
 public:
  /// Replaces the file `path`, if there is one.
  explicit WholeFile(std::string path);
  /// Makes the file `name`, for its owner only, in the folder that `folder` is open on. Others may
  /// write to that: nothing that is there is followed or replaced, not even a link.
  WholeFile(int folder, std::string name);
  /// Removes the temporary file, unless it was committed.
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  /// Adds a piece. What fails is known at the end.
  void Append(std::string_view piece);
  /// Waits until all that was added is on the disk, so that it outlives a crash of the machine.
  void Sync();
  /// Ends writing. Returns the errno of the first thing that failed, or 0.
  [[nodiscard]] int Close();
  /// Does the same, and puts the file in its place.
  [[nodiscard]] int Commit();

 private:
  void Open(int how, unsigned mode);
  void Flush();
  void Keep(bool success);

  int folder_;
  std::string path_;
  std::string temporary_;
  bool replaces_;
  std::string buffer_;
  int file_ = -1;
  int error_ = 0;  // errno of the first thing that failed
};

}  // namespace taskleak::internal

#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_WHOLE_FILE_H_
