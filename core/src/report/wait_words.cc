#include "report/wait_words.h"

#include <fmt/format.h>

#include <string.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <string_view>
#include <variant>

namespace taskleak::report {
namespace {

using explain::DescriptorFacts;
using platform::OpenSocket;

std::string_view Name(OpenSocket::Protocol protocol) {
  switch (protocol) {
    case OpenSocket::Protocol::kTcp:
      return "TCP";
    case OpenSocket::Protocol::kUdp:
      return "UDP";
    case OpenSocket::Protocol::kOtherIp:
      return "IP socket";
    case OpenSocket::Protocol::kUnix:
      return "unix socket";
    case OpenSocket::Protocol::kNetlink:
      return "netlink socket";
    case OpenSocket::Protocol::kOther:
      break;
  }
  return "socket";
}

// include/net/tcp_states.h
std::string_view TcpState(int state) {
  constexpr std::array<std::string_view, 12> kStates = {
      "",          "established", "SYN sent",   "SYN received", "FIN wait 1", "FIN wait 2",
      "time wait", "closed",      "close wait", "last ACK",     "listening",  "closing"};
  const auto index = static_cast<std::size_t>(state);
  return index < kStates.size() ? kStates.at(index) : std::string_view();
}

std::string Text(std::monostate) { return {}; }

std::string Text(const OpenSocket& socket) {
  std::string text(socket.listening ? "listening " : "");
  text += Name(socket.protocol);
  if (!socket.local.empty()) text += " " + socket.local;
  if (!socket.peer.empty()) text += " -> " + socket.peer;
  const std::string_view state = TcpState(socket.tcp_state);
  if (!state.empty()) text += fmt::format(" ({})", state);
  return text;
}

std::string Text(platform::UnreachableSocket) {
  return "socket in a descriptor table of the thread's own";
}

std::string Text(const platform::OpenTimer& timer) {
  if (!timer.left) return "timerfd";
  const auto left = timer.left->count();
  if (left == 0) return "timerfd that is not set";
  return fmt::format("timerfd, {}.{} s left", left / 1'000'000'000,
                     left % 1'000'000'000 / 100'000'000);
}

std::string Text(const platform::OpenPipe& pipe) {
  return pipe.path.empty() ? "pipe" : "named pipe " + pipe.path;
}

std::string Text(platform::UnknownFile) { return {}; }

std::string Text(const platform::OtherFile& file) { return file.name; }

std::string Text(const DescriptorFacts& descriptor) {
  if (std::holds_alternative<platform::UnknownFile>(descriptor.file))
    return fmt::format("descriptor {}", descriptor.number);
  const std::string file = OpenFileText(descriptor.file);
  return fmt::format("descriptor {}, {}", descriptor.number,
                     file.empty() ? "which is not open" : file);
}

std::string Text(const explain::DescriptorList& list) {
  std::string text;
  for (const DescriptorFacts& each : list.first) text += (text.empty() ? "" : "; ") + Text(each);
  if (list.more > 0) text += fmt::format("; and {} more", list.more);
  return text;
}

// "250 us", "50 ms", "3600.0 s"
std::string Text(std::chrono::nanoseconds time) {
  const double seconds = std::chrono::duration<double>(time).count();
  if (seconds < 1e-3) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  return fmt::format("{:.1f} s", seconds);
}

std::string Text(const explain::TimeFacts& limit) {
  switch (limit.kind) {
    case explain::TimeFacts::Kind::kLeft:
      return Text(limit.time) + " left";
    case explain::TimeFacts::Kind::kInAll:
      return "for " + Text(limit.time);
    case explain::TimeFacts::Kind::kForEver:
      return "for ever";
    case explain::TimeFacts::Kind::kUnlimited:
      break;
  }
  return {};
}

std::string Text(const explain::OtherEnd& end) {
  if (!end.at) return fmt::format("with no {} end in this process", end.writes ? "write" : "read");
  std::string text =
      fmt::format("{} by descriptor {}", end.writes ? "written to" : "read", end.at->number);
  if (end.at->thread != 0) text += fmt::format(" of thread {}", end.at->thread);
  return text;
}

std::string Text(const explain::DescriptorWait& wait) {
  std::string text = Text(wait.on);
  if (wait.standard_input) text += " (standard input)";
  if (wait.other_end) text += ' ' + Text(*wait.other_end);
  if (!wait.connects_to.empty()) text += " to " + wait.connects_to;
  return text;
}

std::string Text(const explain::PollWait& wait) { return Text(wait.on); }

std::string Text(const explain::EpollWait& wait) {
  return wait.watched.first.empty() ? Text(wait.epoll) + " that watches nothing"
                                    : "epoll on " + Text(wait.watched);
}

std::string Text(const explain::LockWait& wait) {
  std::string text;
  if (wait.address != 0) text = fmt::format("{:#x}", wait.address);
  if (wait.readers != 0)
    text += fmt::format(", held by {} reader{}", wait.readers, wait.readers == 1 ? "" : "s");
  const std::string limit = Text(wait.limit);
  return text + (text.empty() || limit.empty() ? "" : ", ") + limit;
}

std::string Text(const explain::SleepWait& wait) { return Text(wait.limit); }

std::string AboutText(std::monostate) { return {}; }
std::string AboutText(const DescriptorFacts& descriptor) { return " on " + Text(descriptor); }
std::string AboutText(const explain::PathFacts& path) { return " of " + path.path; }
std::string AboutText(explain::StartingChild) {
  return ", until the child process executes a program or ends";
}

std::string Text(const explain::CallWait& wait) {
  if (wait.number < 0) return "in a page fault";
  if (wait.name.empty()) return fmt::format("in system call {}", wait.number);
  return fmt::format("in {}{}", wait.name,
                     std::visit([](const auto& about) { return AboutText(about); }, wait.about));
}

std::string Text(const explain::SaidWait& wait) { return wait.text; }

std::string Text(const explain::Runner& runner) {
  return fmt::format("in thread {}", runner.tid) +
         (runner.name.empty() ? "" : " \"" + runner.name + '"');
}

std::string Text(explain::ReadyToRun) { return "ready to run, waiting for a thread"; }

std::string Text(const explain::Unverified& found) {
  return std::string(found.finished ? "finished; " : "") +
         "unverified: memory looks like this coroutine's frame, which may have been freed";
}

std::string Text(explain::FrameLeft) { return "finished, but its frame was not destroyed"; }

std::string Text(const explain::EndedThread& ended) {
  return fmt::format("ran for {} ms", ended.ran.count()) +
         (ended.routine.empty() ? "" : ", started in " + ended.routine);
}

std::string Text(const explain::RunningProcess& process) { return process.command; }

std::string Text(const explain::EndedProcess& process) {
  if (!WIFSIGNALED(process.status)) return fmt::format("exit code {}", WEXITSTATUS(process.status));
  const int signal = WTERMSIG(process.status);
  const char* const name = sigabbrev_np(signal);
  return fmt::format("by signal {}", signal) +
         (name == nullptr ? std::string() : fmt::format(" (SIG{})", name));
}

// Returns what the name of the descriptor does not show: the name is the target, for example a
// path.
std::string Text(const explain::LeftOpen& open) {
  const bool is_named = std::holds_alternative<platform::OtherFile>(open.file) ||
                        std::holds_alternative<platform::OpenPipe>(open.file);
  if (is_named) return {};
  const auto* const socket = std::get_if<OpenSocket>(&open.file);
  if (socket == nullptr) return OpenFileText(open.file);
  constexpr int kTcpClose = 7;  // include/net/tcp_states.h: a socket that is not connected
  OpenSocket shown = *socket;
  if (shown.tcp_state == kTcpClose)
    shown.tcp_state = 0;  // "closed" would seem to contradict "open"
  return Text(shown);
}

template <typename... Alternatives>
std::string TextOf(const std::variant<Alternatives...>& facts) {
  return std::visit([](const auto& alternative) { return Text(alternative); }, facts);
}

}  // namespace

std::string OpenFileText(const platform::OpenFile& file) { return TextOf(file); }

std::string DetailText(const explain::Detail& detail) {
  const std::string of_unit = TextOf(detail.of_unit);
  const std::string wait = TextOf(detail.wait);
  return of_unit + (of_unit.empty() || wait.empty() ? "" : ", ") + wait;
}

}  // namespace taskleak::report
