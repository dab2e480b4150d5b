#include "explain/coroutine_runner.h"

#include <algorithm>
#include <cstddef>

#include "linux/arch/registers.h"
#include "linux/proc/memory.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_list.h"
#include "symbolize/symbolizer.h"

namespace taskleak::explain {
namespace {

// The distance above its return address, in words, within which a called function's caller keeps
// its variables.
constexpr std::ptrdiff_t kAbove = 64;

std::vector<std::uintptr_t> ReadStack(std::uintptr_t sp) {
  constexpr std::size_t kMost = std::size_t{64} << 10;
  if (sp == 0) return {};
  std::vector<std::uintptr_t> words(kMost / sizeof(std::uintptr_t));
  const std::size_t size = platform::ReadMemory(sp, words.data(), kMost);
  words.resize(size / sizeof(std::uintptr_t));
  return words;
}

// Returns what the function to which this address returns may have stored: its own variables, and
// registers that a function called by it has saved. On the stack, the address may be signed.
std::vector<std::uintptr_t> StoredBy(const std::vector<std::uintptr_t>& stack,
                                     std::uintptr_t return_address) {
  const auto found = std::ranges::find(stack, return_address, platform::StripSignature);
  if (found == stack.end()) return {};
  return {stack.begin(), found + std::min(kAbove, stack.end() - found)};
}

}  // namespace

void CoroutineRunners::AddCalls(int tid, const platform::ThreadLook& look) {
  const std::vector<std::uintptr_t> stack = ReadStack(look.at.sp);
  for (const platform::RawFrame& frame : look.stack.frames) {
    const std::uintptr_t pc = frame.is_return_address ? frame.pc - 1 : frame.pc;
    calls_->push_back({.thread = tid,
                       .function = symbolize::FindFunction(pc).begin,
                       .stored = StoredBy(stack, frame.pc)});
  }
}

void CoroutineRunners::LookAtThreads() {
  calls_.emplace();
  const auto threads = platform::ListThreads();
  if (!threads) return;
  for (const platform::ThreadId& id : **threads) {
    if (platform::IsCaller(id.tid)) continue;
    const platform::ThreadLook look = platform::LookAtThread(id.tid, signals_);
    if (!look.gone) AddCalls(id.tid, look);
  }
}

bool CoroutineRunners::IsOnlyOne(const registry::TaskRecord& record) const {
  return std::ranges::count_if(tasks_, [&record](const auto& entry) {
           return entry.second.resume == record.resume;
         }) == 1;
}

int CoroutineRunners::ThreadOf(const registry::TaskRecord& record) {
  if (!calls_) LookAtThreads();
  const std::uintptr_t ramp = symbolize::FindFunction(record.call).begin;
  int runs_its_function = 0;
  for (const Call& call : *calls_) {
    if (call.function == 0 || (call.function != record.resume && call.function != ramp)) continue;
    if (std::ranges::find(call.stored, record.frame.address()) != call.stored.end())
      return call.thread;
    if (call.function == record.resume) runs_its_function = call.thread;
  }
  // A register may hold the frame's address, and the registers of a blocked thread are not known.
  return runs_its_function != 0 && IsOnlyOne(record) ? runs_its_function : 0;
}

}  // namespace taskleak::explain
