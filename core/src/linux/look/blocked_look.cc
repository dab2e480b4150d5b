#include "linux/look/blocked_look.h"

#include <cstddef>
#include <utility>

#include "linux/arch/registers.h"
#include "linux/proc/run_meter.h"
#include "linux/proc/thread_info.h"
#include "linux/unwind/unwinder.h"

namespace taskleak::platform {
namespace {

ThreadLook Gone() {
  ThreadLook look;
  look.gone = true;
  return look;
}

// Describes a thread that the kernel shows without a stack.
ThreadLook LookAtStackless(int tid, const BlockedAt& at) {
  if (HasEnded(tid)) return Gone();
  ThreadLook look;
  look.at = at;
  look.stack.missing = {Missing::Reason::kKernelOnly};
  return look;
}

// Returns what is known of a blocked thread's registers. A system call does not change those of its
// arguments (the processor's folder names the source), and x86-64's vfork(3) keeps its return
// address in one.
Registers RegistersAt(const BlockedAt& at) {
  Registers registers;
  registers.Set(kPc, at.pc);
  registers.Set(kStackPointer, at.sp);
  if (at.number < 0) return registers;
  for (std::size_t i = 0; i < kCallArguments.size(); ++i)
    registers.Set(kCallArguments[i], at.arguments[i]);
  return registers;
}

std::optional<ThreadLook> TryOnce(RunMeter& meter, const Position& before, StackImage& image) {
  const BlockedAt& at = before.at;
  const bool copied = image.Copy(at.sp);
  if (!meter.HasNotRun(before)) return {};
  ThreadLook look;
  look.at = at;
  look.run = before.run;
  if (!copied) {
    look.stack.frames.push_back({at.pc, false, false});
    look.stack.missing = {Missing::Reason::kUnreadable};
    return look;
  }
  look.stack = Unwind({RegistersAt(at), /*is_return_address=*/false}, image);
  if (image.read_later() && !meter.HasNotRun(before)) return {};
  return look;
}

}  // namespace

BlockedLook LookWhileBlocked(int tid, StackImage& image) {
  constexpr int kAttempts = 16;
  BlockedLook result;
  RunMeter meter(tid);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto run = meter.Read();
    const auto at = ReadBlockedAt(tid);
    if (!at || !run) {
      if (meter.Release()) continue;  // it may have held the last descriptor
      if (HasEnded(tid)) {
        result.look = Gone();
      } else {
        result.failure = {NotBlocked::Reason::kHidden, (at ? run.error() : at.error()).number};
      }
      return result;
    }
    if (at->running) continue;
    if (at->sp == 0) {
      result.look = LookAtStackless(tid, *at);
      return result;
    }
    if (auto look = TryOnce(meter, {*at, *run}, image)) {
      result.look = std::move(look);
      return result;
    }
    result.failure = {NotBlocked::Reason::kWakesTooOften};
  }
  return result;
}

}  // namespace taskleak::platform
