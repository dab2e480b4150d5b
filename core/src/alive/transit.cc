#include "alive/transit.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "alive/drain.h"
#include "symbolize/symbolizer.h"

namespace taskleak::alive {
namespace {

// Before glibc 2.34 threads had a library of their own.
bool IsLibc(std::string_view module) {
  return module.starts_with("libc.so") || module.starts_with("libc-2.") ||
         module.starts_with("libpthread");
}

}  // namespace

bool IsInTransit(const platform::ThreadLook& look) {
  return !look.gone && !look.stack.frames.empty() && look.stack.missing.nothing() &&
         std::ranges::all_of(look.stack.frames, [](const platform::RawFrame& frame) {
           return IsLibc(symbolize::Quick(frame).module);
         });
}

void AwaitTransit(const Stragglers& stragglers, std::chrono::milliseconds most, bool stillness) {
  Options options;
  options.drain = most;
  options.drain_max = most;
  options.stillness = stillness;
  Stragglers left = stragglers;
  const auto look = [&left] {
    std::erase_if(left, [](const Straggler& straggler) {
      const auto* const thread = std::get_if<LiveThread>(&straggler);
      return thread == nullptr ||
             !IsInTransit(platform::LookAtThread(thread->id.tid, platform::Signals::kNone));
    });
    return left;
  };
  static_cast<void>(Drain(options, look, [](Stragglers&) {}));
}

}  // namespace taskleak::alive
