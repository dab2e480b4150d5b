#include "check/transit.h"

#include <algorithm>

#include "check/drain.h"
#include "symbolize/symbolizer.h"

namespace taskleak::check {

bool IsInTransit(const platform::ThreadLook& look) {
  return !look.gone && !look.stack.frames.empty() && look.stack.missing.empty() &&
         std::ranges::all_of(look.stack.frames, [](const platform::RawFrame& frame) {
           return symbolize::Quick(frame).system_module;
         });
}

void AwaitTransit(const Stragglers& threads, std::chrono::milliseconds most) {
  Options options;
  options.drain = most;
  options.drain_max = most;
  Stragglers left = threads;
  const auto look = [&left] {
    std::erase_if(left, [](const Straggler& thread) {
      return !IsInTransit(platform::LookAtThread(thread.id.tid, platform::Signals::kNone));
    });
    return left;
  };
  static_cast<void>(Drain(options, look, [](Stragglers&) {}));
}

}  // namespace taskleak::check
