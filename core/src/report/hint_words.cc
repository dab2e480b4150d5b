#include "report/hint_words.h"

#include <fmt/format.h>

#include <string_view>

#include "explain/hint.h"
#include "taskleak/leak.h"

namespace taskleak::report {
namespace {

using Kind = explain::Hint::Kind;

std::string ForWaits(WaitState state, std::string_view it) {
  switch (state) {
    case WaitState::kCondvar:
      return fmt::format("tell {} to stop, notify the condition variable, and join {}", it, it);
    case WaitState::kSemaphore:
      return fmt::format("tell {} to stop, release the semaphore, and join {}", it, it);
    case WaitState::kAtomicWait:
      return fmt::format("change the value, notify {}, and join {}", it, it);
    case WaitState::kFuture:
      return "its promise has not been kept: set a value or an exception, or destroy the promise";
    case WaitState::kRecv:
      return "shut the socket down or close its other end (closing it here does not wake a reader)";
    case WaitState::kSleep:
      return "sleep cannot be interrupted: wait on a condition variable with a timeout instead";
    case WaitState::kWaitChild:
      return "end the child process before the test ends";
    default:
      return {};
  }
}

std::string ForTasks(WaitState state, std::string_view it) {
  switch (state) {
    case WaitState::kQueued:
      return fmt::format("run or discard {} before the test ends", it);
    case WaitState::kSuspended:
      return fmt::format("resume {} to the end, cancel {} or destroy {}", it, it, it);
    case WaitState::kLost:
      return fmt::format(
          "nothing can resume {}: an object that is awaited must, in its destructor, resume {} "
          "with an error or destroy {}",
          it, it, it);
    default:
      return {};
  }
}

std::string ForFibers(WaitState state, std::string_view it) {
  switch (state) {
    case WaitState::kChannel:
      return fmt::format("close the channel, which ends every wait on it, and join {}", it);
    case WaitState::kQueued:
    case WaitState::kSuspended:
      return fmt::format("join {} before the test ends", it);
    default:
      return ForWaits(state, it);
  }
}

// "net::Client::Connect() (src/client.cc:41)"
std::string CallText(const Frame& call) {
  return call.file.empty() ? call.function
                           : fmt::format("{} ({}:{})", call.function, call.file, call.line);
}

// Returns a hint that does not depend on what the units wait for.
std::string_view Fixed(Kind kind) {
  switch (kind) {
    case Kind::kOwnerEnded:
      return "its owner ended without unlocking it: use std::lock_guard, which also unlocks when "
             "the function returns early or throws";
    case Kind::kJoinsItself:
      return "a thread cannot join itself";
    case Kind::kStandardInput:
      return "standard input may stay open for ever: wait for it with poll, together with a "
             "descriptor that ends the wait";
    case Kind::kNoWriter:
      return "only another process can still write to it or close it: end that one, or write first";
    case Kind::kSingleton:
      return "process-wide singleton: adopt it with AdoptCurrent() or ignore it by creator";
    case Kind::kOnce:
      return "created in a call_once: if it is meant to live as long as the process, adopt it with "
             "AdoptCurrent() or ignore it by creator";
    case Kind::kPlugin:
      return "its library was loaded with dlopen: end the thread when the library is unloaded, and "
             "unload it before the test ends";
    case Kind::kNotAskedToStop:
      return "this std::jthread was not asked to stop: destroy it or call request_stop()";
    case Kind::kServer:
      return "stop the server before the test ends";
    default:
      return {};
  }
}

// "close it before the test ends (descriptor 5 of the same kind is open since Net.Connects)"
std::string ForDescriptors(const explain::FoundGroup& group, std::string_view it) {
  std::string text = fmt::format("close {} before the test ends", it);
  const auto* const open = std::get_if<explain::LeftOpen>(&group.units.front().detail.of_unit);
  if (open == nullptr || open->earlier.empty()) return text;
  std::string since;
  for (const auto& [number, test] : open->earlier) {
    since += since.empty()
                 ? fmt::format("descriptor {} of the same kind is open since {}", number, test)
                 : fmt::format(", {} since {}", number, test);
  }
  if (open->more > 0) since += fmt::format(", and {} more", open->more);
  return text + " (" + since + ")";
}

}  // namespace

std::string HintText(const explain::FoundGroup& group) {
  const WaitState state = group.first().state;
  const std::string_view it = group.units.size() == 1 ? "it" : "them";
  switch (group.hint.kind) {
    case Kind::kUnjoined:
      return fmt::format("join or detach {}", it);
    case Kind::kNotWaitedFor:
      return fmt::format("wait for {} (waitpid, pclose or your library's function)", it);
    case Kind::kNotClosed:
      return ForDescriptors(group, it);
    case Kind::kNotEnded:
      return fmt::format("end {} and wait for {} before the test ends", it, it);
    case Kind::kIdleWorkers:
      return fmt::format(
          "idle workers that share a {}: stop and join the pool before the test ends",
          state == WaitState::kCondvar ? "condition variable" : "semaphore");
    case Kind::kDetached:
      return fmt::format("detached in {}: keep the thread and join it instead",
                         CallText(group.hint.call));
    case Kind::kOnlyMainNotifies:
      return fmt::format("only the main thread is left to notify {}: {}", it, ForWaits(state, it));
    case Kind::kWait:
      return ForWaits(state, it);
    case Kind::kTask:
      return ForTasks(state, it);
    case Kind::kFiber:
      return ForFibers(state, it);
    case Kind::kOfAdapter:
      return group.hint.text;
    default:
      return std::string(Fixed(group.hint.kind));
  }
}

}  // namespace taskleak::report
