#include "child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

#include "preloadable.h"

namespace taskleak::cli {
namespace {

static_assert(std::atomic<int>::is_always_lock_free);  // a handler uses them
constinit std::atomic<bool> g_interrupted{false};
constinit std::atomic<int> g_sent{0};  // the last signal that another process sent

/// The children that run, for the handler of signals.
class Children {
 public:
  void Add(pid_t pid) { Replace(0, pid); }
  void Remove(pid_t pid) { Replace(pid, 0); }
  /// Async-signal-safe.
  void Signal(int signal, pid_t sender) const {
    for (const std::atomic<pid_t>& each : pids_) {
      if (const pid_t pid = each.load(); pid != 0 && pid != sender) kill(pid, signal);
    }
  }

 private:
  void Replace(pid_t old, pid_t pid) {
    for (std::atomic<pid_t>& each : pids_) {
      if (pid_t there = old; each.compare_exchange_strong(there, pid)) return;
    }
  }

  static constexpr std::size_t kMost = 1024;  // further ones get no signals
  std::array<std::atomic<pid_t>, kMost> pids_{};
};
constinit Children g_children;

// The terminal's signals come from the kernel and reach the children too.
void HandleSignal(int signal, siginfo_t* info, void*) {
  const int saved = errno;
  g_interrupted.store(true);
  if (info->si_code <= 0) {
    // In this order: a child that is not added yet gets the signal by StartChild().
    g_sent.store(signal);
    g_children.Signal(signal, info->si_pid);
  }
  errno = saved;
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

int CodeOf(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// The list of files that posix_spawn opens.
class Redirections {
 public:
  Redirections() { posix_spawn_file_actions_init(&actions_); }
  ~Redirections() { posix_spawn_file_actions_destroy(&actions_); }
  Redirections(const Redirections&) = delete;
  Redirections& operator=(const Redirections&) = delete;

  void Open(int descriptor, const std::string& path, int flags) {
    constexpr mode_t kPrivate = 0600;
    if (!path.empty())
      posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), flags, kPrivate);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

}  // namespace

Environment::Environment() {
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables_.emplace_back(*variable);
}

std::string Environment::Get(const std::string& name) const {
  const std::string start = name + '=';
  const auto found =
      std::ranges::find_if(variables_, [&](const auto& each) { return each.starts_with(start); });
  return found == variables_.end() ? std::string() : found->substr(start.size());
}

void Environment::Remove(const std::string& name) {
  std::erase_if(variables_,
                [start = name + '='](const auto& each) { return each.starts_with(start); });
}

void Environment::Set(const std::string& name, const std::string& value) {
  Remove(name);
  variables_.push_back(name + '=' + value);
}

pid_t StartChild(const Child& child) {
  const std::string program = FindProgram(child.command.front());
  if (program.empty()) throw std::runtime_error(child.command.front() + ": no such program");
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
  Redirections redirections;
  redirections.Open(STDIN_FILENO, child.standard_input, O_RDONLY);
  redirections.Open(STDOUT_FILENO, child.output, kAppend);
  redirections.Open(STDERR_FILENO, child.errors, kAppend);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, program.c_str(), redirections.get(), nullptr,
                  Pointers(child.command).data(), Pointers(child.environment.variables()).data());
  if (error != 0) {
    throw std::runtime_error(
        fmt::format("cannot run {}: {}", program, std::generic_category().message(error)));
  }
  g_children.Add(pid);
  if (const int signal = g_sent.load(); signal != 0) kill(pid, signal);  // it came before the child
  return pid;
}

namespace {

// Returns nothing if the child still runs, or a signal came.
std::optional<ChildEnd> Reap(pid_t pid, int how) {
  siginfo_t ended{};
  if (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT | how) < 0) {
    if (errno == EINTR) return std::nullopt;
    throw std::system_error(errno, std::generic_category(), "cannot wait for the program");
  }
  if (ended.si_pid != pid) return std::nullopt;
  g_children.Remove(pid);  // before another process can get the number
  int status = 0;
  waitpid(pid, &status, 0);
  return ChildEnd{.pid = pid, .code = CodeOf(status)};
}

}  // namespace

ChildEnd AwaitChild(pid_t pid) {
  std::optional<ChildEnd> end;
  while (!end) end = Reap(pid, 0);
  return *end;
}

std::optional<ChildEnd> AwaitChild(pid_t pid, std::chrono::nanoseconds most) {
  const auto until = std::chrono::steady_clock::now() + most;
  // pidfd_open(2) exists since Linux 5.3; without it, this looks now and then.
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0U));
  std::optional<ChildEnd> end;
  for (;;) {
    end = Reap(pid, WNOHANG);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (end || left.count() <= 0) break;
    constexpr std::chrono::milliseconds kPause{20};
    constexpr std::chrono::milliseconds kMost{1'000'000};
    pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
    poll(&ended, handle < 0 ? 0 : 1,
         static_cast<int>(std::min(left, handle < 0 ? kPause : kMost).count()));
  }
  if (handle >= 0) close(handle);
  return end;
}

ChildEnd RunChild(const Child& child) { return AwaitChild(StartChild(child)); }

void OutliveChildren() {
  std::signal(SIGCHLD, SIG_DFL);  // if ignored, the status of children would be lost (wait(2))
  // A handler, because children would inherit SIG_IGN.
  struct sigaction action {};
  action.sa_sigaction = HandleSignal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction previous {};
    sigaction(signal, nullptr, &previous);
    if (previous.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

bool Interrupted() { return g_interrupted.load(); }

}  // namespace taskleak::cli
