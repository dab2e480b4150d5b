#include "linux/proc/subject.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "linux/proc/proc_file.h"
#include "linux/proc/process_image.h"

// This program's own header, by the linker (ld(1) defines the symbol if something uses it).
extern "C" [[gnu::visibility("hidden")]] const Elf64_Ehdr __ehdr_start;

namespace taskleak::platform {
namespace {

using Folder = std::array<char, 48>;

// Has no constructor and allocates nothing, since looks may run in a signal handler or in a process
// that hangs in its allocator.
struct Subject {
  pid_t pid = 0;  // 0: this process
  const ProcessImage* image = nullptr;
  pid_t thread = 0;
  int pidfd = -1;
  Folder folder{"/proc/self/"};
  Folder thread_folder{"/proc/thread-self/"};
};

constinit Subject g_subject;

Folder ToFolder(const std::string& path) {
  Folder folder{};
  path.copy(folder.data(), folder.size() - 1);
  return folder;
}

// Returns a thread through which memory can be read: the first one may have ended before the
// others.
pid_t FindLiveThread(const std::string& folder) {
  DIR* const directory = opendir((folder + "task").c_str());
  if (directory == nullptr) return 0;
  pid_t found = 0;
  while (const dirent* const entry = readdir(directory)) {
    const auto tid = NumberReader(static_cast<const char*>(entry->d_name)).Next();
    const std::string maps = folder + "task/" + static_cast<const char*>(entry->d_name) + "/maps";
    std::array<char, 1> byte{};
    if (!tid || ReadProcFile(AT_FDCWD, maps.c_str(), byte.data(), byte.size()).value_or("").empty())
      continue;
    found = static_cast<pid_t>(*tid);
    break;
  }
  closedir(directory);
  return found;
}

// Returns why the program that runs there cannot be read.
std::optional<Unreachable> WhyNoProgram(const std::string& folder) {
  using Reason = Unreachable::Reason;
  const int file = open((folder + "exe").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    const int error = errno;
    return Unreachable{error == ENOENT ? Reason::kNoProgram : Reason::kUnreadableProgram, error};
  }
  Elf64_Ehdr header{};
  const bool whole = read(file, &header, sizeof header) == sizeof header;
  close(file);
  if (!whole || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_machine != __ehdr_start.e_machine)
    return Unreachable{Reason::kOtherProcessor};
  return std::nullopt;
}

}  // namespace

std::optional<Unreachable> LookAtProcess(pid_t pid) {
  using Reason = Unreachable::Reason;
  const std::string folder = "/proc/" + std::to_string(pid) + '/';
  if (access(folder.c_str(), F_OK) != 0) return Unreachable{Reason::kNoProcess};
  // The file needs the same right as reading its memory (fs/proc/base.c, proc_pid_syscall).
  std::array<char, 256> text{};
  const auto shown = ReadProcFile(AT_FDCWD, (folder + "syscall").c_str(), text.data(), text.size());
  if (!shown && (shown.error() == Error{EPERM} || shown.error() == Error{EACCES}))
    return Unreachable{Reason::kNotPermitted};
  if (const auto why = WhyNoProgram(folder)) return why;
  const pid_t thread = FindLiveThread(folder);
  if (thread == 0) return Unreachable{Reason::kEnded};
  g_subject.pid = pid;
  g_subject.thread = thread;
  g_subject.pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  g_subject.folder = ToFolder(folder);
  g_subject.thread_folder = ToFolder(folder + "task/" + std::to_string(thread) + '/');
  return std::nullopt;
}

void LookAtImage(std::unique_ptr<const ProcessImage> image) {
  // No process has a place in the file system then, and a device has no files below it.
  constexpr std::string_view kNothing = "/dev/null/";
  g_subject.image = image.release();
  g_subject.pid = g_subject.image->pid();
  g_subject.folder = ToFolder(std::string(kNothing));
  g_subject.thread_folder = g_subject.folder;
}

const ProcessImage* SubjectImage() { return g_subject.image; }

std::vector<Caveat> SubjectCaveats() {
  std::vector<Caveat> caveats;
  const auto is_other = [](const char* kind) {
    std::error_code error;
    const auto name = [&](std::string_view folder) {
      return std::filesystem::read_symlink(std::string(folder) + "ns/" + kind, error);
    };
    return name("/proc/self/") != name(SubjectFolder());
  };
  if (is_other("pid")) caveats.push_back(Caveat::kOtherPidNamespace);
  if (is_other("mnt")) caveats.push_back(Caveat::kOtherMountNamespace);
  return caveats;
}

bool LooksAtItself() { return g_subject.pid == 0; }

pid_t SubjectPid() { return LooksAtItself() ? getpid() : g_subject.pid; }

bool IsCaller(int tid) { return LooksAtItself() && tid == gettid(); }

pid_t SubjectThread() { return LooksAtItself() ? gettid() : g_subject.thread; }

std::string_view SubjectFolder() { return g_subject.folder.data(); }

std::string_view SubjectThreadFolder() { return g_subject.thread_folder.data(); }

SubjectDescriptor::SubjectDescriptor(int fd)
    : fd_(LooksAtItself() ? fd
                          : static_cast<int>(syscall(SYS_pidfd_getfd, g_subject.pidfd, fd, 0U))) {}

SubjectDescriptor::~SubjectDescriptor() {
  if (!LooksAtItself() && fd_ >= 0) close(fd_);
}

}  // namespace taskleak::platform
