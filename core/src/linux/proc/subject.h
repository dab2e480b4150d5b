// Selects the process that is looked at.
#ifndef TASKLEAK_SRC_LINUX_PROC_SUBJECT_H_
#define TASKLEAK_SRC_LINUX_PROC_SUBJECT_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace taskleak::platform {

class ProcessImage;

/// Says why a process cannot be looked at; report/subject_words.h has the words.
struct Unreachable {
  enum class Reason {
    kNoProcess,          ///< there is none of that number
    kNotPermitted,       ///< ptrace(2), "Ptrace access mode checking"
    kNoProgram,          ///< it is a kernel thread, or has ended
    kUnreadableProgram,  ///< its program cannot be read; `error` is the errno
    kOtherProcessor,     ///< its program is for another processor
    kEnded,              ///< it has ended, or its mappings cannot be read
  };
  Reason reason = Reason::kNoProcess;
  int error = 0;
};

/// Says what may mislead about another process.
enum class Caveat { kOtherPidNamespace, kOtherMountNamespace };

/// Directs all looks from now on (at threads, stacks, memory, modules, descriptors) at another
/// process, as far as the kernel lets this one (ptrace(2), "Ptrace access mode checking"). For
/// programs made for this purpose: the registries know only this process, and must be empty. Call
/// it once, before the first look. Returns why the process cannot be looked at; nothing if it can.
std::optional<Unreachable> LookAtProcess(pid_t pid);

/// Directs all looks from now on at a process that a file shows. Like LookAtProcess, call it once,
/// before the first look. Keeps the image for ever.
void LookAtImage(std::unique_ptr<const ProcessImage> image);

/// Returns the image that is looked at; null if it is a process of the kernel's.
const ProcessImage* SubjectImage();

/// Returns which of the process's own namespaces may mislead about it.
std::vector<Caveat> SubjectCaveats();

/// Returns true unless LookAtProcess or LookAtImage was called.
bool LooksAtItself();

/// Returns the number of the process that is looked at. Async-signal-safe.
pid_t SubjectPid();

/// Returns whether `tid` is the calling thread, and the looked-at process is this one.
bool IsCaller(int tid);

/// Returns the number of one of its threads, which is alive: of this process, the calling one. Of
/// an image, 0.
pid_t SubjectThread();

/// Returns "/proc/self/" or "/proc/PID/". Of an image, returns a folder below which there is
/// nothing. Async-signal-safe.
std::string_view SubjectFolder();

/// Returns the folder of files that only a living thread shows: "/proc/thread-self/" or
/// "/proc/PID/task/TID/".
std::string_view SubjectThreadFolder();

/// Gives access to a descriptor of the looked-at process by a number of this one: the same number,
/// or a duplicate that lives as long as this object (pidfd_getfd(2)).
class SubjectDescriptor {
 public:
  explicit SubjectDescriptor(int fd);
  ~SubjectDescriptor();
  SubjectDescriptor(const SubjectDescriptor&) = delete;
  SubjectDescriptor& operator=(const SubjectDescriptor&) = delete;

  /// Returns -1 if it is not open.
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_SUBJECT_H_
