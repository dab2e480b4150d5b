#include "linux/look/stack_reader.h"

#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "base/parallel.h"
#include "linux/arch/registers.h"
#include "linux/look/blocked_look.h"
#include "linux/look/signal_look.h"
#include "linux/look/trace_look.h"
#include "linux/look/tracer_look.h"
#include "linux/proc/process_image.h"
#include "linux/proc/subject.h"
#include "linux/unwind/stack_image.h"
#include "linux/unwind/unwinder.h"

namespace taskleak::platform {
namespace {

Mutex g_look_mutex;  // one look at a time

StackImage& LookImage() TASKLEAK_REQUIRES(g_look_mutex) {
  static StackImage* const image = new StackImage();
  return *image;
}

ThreadLook LookAtRunning(int tid, BlockedLook& blocked, StackFinder find_stack)
    TASKLEAK_REQUIRES(g_look_mutex) {
  if (!blocked.hidden()) {
    auto look = LookByTracer(tid, LookImage());
    if (look) return *std::move(look);
    blocked.failure.trace_error = look.error().number;
  }
  return LookBySignal(tid, blocked, find_stack, LookImage());
}

ThreadLook LookInImage(const ProcessImage& process, int tid) TASKLEAK_REQUIRES(g_look_mutex) {
  ThreadLook look;
  const ImageThread* const thread = process.Find(tid);
  look.gone = thread == nullptr;
  if (look.gone) return look;
  look.at = thread->at;
  Registers registers;
  for (unsigned number = 0; number < thread->registers.size(); ++number)
    registers.Set(number, thread->registers[number]);
  if (LookImage().Copy(registers[kStackPointer])) {
    look.stack = Unwind({registers, /*is_return_address=*/false}, LookImage());
  } else {
    look.stack.frames.push_back({registers[kPc], false, false});
    look.stack.missing = {Missing::Reason::kUnreadable};
  }
  return look;
}

}  // namespace

ThreadLook LookAtThread(int tid, Signals signals, StackFinder find_stack) {
  const MutexLock lock(g_look_mutex);
  if (const ProcessImage* const image = SubjectImage()) return LookInImage(*image, tid);
  BlockedLook blocked = LookWhileBlocked(tid, LookImage());
  if (blocked.look) return *std::move(blocked.look);
  if (signals == Signals::kAllowed) {
    ThreadLook look = LooksAtItself() ? LookAtRunning(tid, blocked, find_stack)
                                      : LookByTrace(tid, blocked, LookImage());
    if (look.gone || !look.stack.frames.empty()) return look;
    // It may have gone to sleep meanwhile.
    BlockedLook again = LookWhileBlocked(tid, LookImage());
    return again.look ? *std::move(again.look) : look;
  }
  ThreadLook look;
  look.at.running = true;
  look.stack.missing = {Missing::Reason::kNotToBeInterrupted, blocked.failure};
  return look;
}

std::vector<ThreadLook> LookAtThreads(const std::vector<int>& tids) {
  std::vector<std::optional<ThreadLook>> blocked(tids.size());
  if (SubjectImage() == nullptr) {
    ForEachInParallel(tids.size(), [&](std::size_t i) {
      thread_local StackImage image;
      blocked[i] = LookWhileBlocked(tids[i], image).look;
    });
  }
  std::vector<ThreadLook> looks;
  looks.reserve(tids.size());
  for (std::size_t i = 0; i < tids.size(); ++i)
    looks.push_back(blocked[i] ? *std::move(blocked[i]) : LookAtThread(tids[i]));
  return looks;
}

RawStack ReadParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout) {
  const MutexLock lock(g_look_mutex);
  StackImage& image = LookImage();
  if (!image.Copy(sp)) return {{}, {Missing::Reason::kUnreadable}};
  Registers registers;
  registers.Set(kStackPointer, sp + layout.size);
  const auto take = [&](unsigned number, std::size_t offset) {
    if (const auto value = image.Word(sp + offset)) registers.Set(number, *value);
  };
  take(kPc, layout.continues);
  take(kFramePointer, layout.frame_pointer);
  for (std::size_t i = 0; i < kPreserved.size(); ++i) take(kPreserved[i], layout.preserved[i]);
  return Unwind({registers, /*is_return_address=*/true}, image);
}

}  // namespace taskleak::platform
