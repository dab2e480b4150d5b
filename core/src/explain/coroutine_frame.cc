#include "explain/coroutine_frame.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "linux/arch/decode.h"
#include "linux/arch/suspend_index.h"
#include "linux/proc/memory.h"
#include "registry/ramp_sites.h"
#include "symbolize/function_name.h"
#include "symbolize/symbolizer.h"

namespace taskleak::explain {
namespace {

namespace decoders = platform::decoders;

using platform::CoroutinePart;
using registry::TaskRecord;

// GCC's indices are even; an odd one is that of a coroutine that is destroyed.
constexpr std::uint32_t kGccInitial = 2;
constexpr std::uint32_t kGccMost = 1000;  // more suspensions are not looked at

// Frames are read up to this size, to look for pointers to other coroutines.
constexpr std::size_t kMostRead = std::size_t{16} << 10;

std::vector<std::uint8_t> ReadCode(std::uintptr_t begin, std::uintptr_t end) {
  constexpr std::uintptr_t kLongest = std::uintptr_t{1} << 20;
  std::vector<std::uint8_t> code(std::min(end - begin, kLongest));
  code.resize(platform::ReadMemory(begin, code.data(), code.size()));
  return code;
}

// Reads as much as can be read if the size is not known.
FrameCopy ReadFrame(const TaskRecord& record) {
  constexpr std::size_t kUnknownSize = 1024;
  FrameCopy copy;
  copy.address = record.frame.address();
  const std::size_t most =
      record.unverified ? kUnknownSize : std::min(record.frame.size(), kMostRead);
  copy.words.resize(most / sizeof(std::uintptr_t));
  const std::size_t size = copy.words.size() * sizeof(std::uintptr_t);
  const std::size_t read = platform::ReadMemory(copy.address, copy.words.data(), size);
  copy.words.resize(read == size || record.unverified ? read / sizeof(std::uintptr_t) : 0);
  return copy;
}

// Returns the bytes at `offset`; 0 beyond the end.
std::uint32_t ReadBytes(const FrameCopy& copy, std::size_t offset, std::size_t width) {
  std::uint32_t value = 0;
  if (offset + width > copy.words.size() * sizeof(std::uintptr_t)) return 0;
  std::memcpy(&value, reinterpret_cast<const char*>(copy.words.data()) + offset, width);
  return value;
}

// Returns the end of the promise, after which GCC puts the frame's own address (_Coro_self_handle).
// Returns nothing if that address is not there.
std::optional<std::size_t> PromiseEnd(const FrameCopy& copy) {
  const auto first = copy.words.begin() + 2;
  const auto self = std::find(first, copy.words.end(), copy.address);
  if (self == copy.words.end()) return std::nullopt;
  return static_cast<std::size_t>(self - copy.words.begin());
}

platform::RawFrame CodeAt(std::uintptr_t address) {
  return {.pc = address, .is_return_address = false, .guessed = false};
}

// Returns true if the coroutine is at the line of its function: at its initial suspension.
bool IsAtItsBeginning(std::uintptr_t place, std::uintptr_t function) {
  const std::string name = symbolize::Quick(CodeAt(function)).plain_name;
  const int line = FrameOfCoroutine(place, name).line;
  return line != 0 && line == FrameOfCoroutine(function, name).line;
}

// Completes the record of a coroutine whose code was unloaded.
bool CompleteUnloaded(TaskRecord& record, const FrameCopy& copy) {
  const auto is_gone = [](std::uintptr_t function) {
    return registry::IsOfUnloadedModule(function);
  };
  if (record.unverified || !is_gone(copy.words[1])) return false;
  if (copy.words[0] != 0 && !is_gone(copy.words[0])) return false;
  record.name = "coroutine of an unloaded library";
  record.state = copy.words[0] == 0 ? WaitState::kOther : WaitState::kSuspended;
  record.call = record.code;
  record.code = 0;
  return true;
}

}  // namespace

const FrameReader::Function& FrameReader::FunctionAt(std::uintptr_t address) {
  const auto [entry, is_new] = functions_.try_emplace(address);
  if (!is_new) return entry->second;
  const symbolize::FunctionSymbol symbol = symbolize::FindFunction(address);
  if (symbol.begin != address) return entry->second;
  entry->second = {.begin = symbol.begin,
                   .part = platform::PartOfSymbol(symbol.name),
                   .is_gcc = symbol.name.find(".Frame") != std::string::npos,
                   .end = symbol.end};
  return entry->second;
}

FrameReader::Layout& FrameReader::LayoutOf(const Function& resume, const Function& destroy) {
  const auto [entry, is_new] = layouts_.try_emplace(resume.begin);
  if (!is_new) return entry->second;
  const std::vector<std::uint8_t> code = ReadCode(resume.begin, resume.end);
  entry->second.index =
      resume.is_gcc
          ? decoders::FindGccIndex(code)
          : platform::FindClangIndex(decoders::FindByteUses(code),
                                     decoders::FindByteUses(ReadCode(destroy.begin, destroy.end)));
  return entry->second;
}

// Looks in the coroutine's own code, and then in the function that created it: with Clang, that
// function contains the code up to the first suspension.
std::uintptr_t FrameReader::PlaceOf(Layout& layout, const Function& resume, std::uintptr_t ramp,
                                    std::uint32_t index) {
  const auto [entry, is_new] = layout.places.try_emplace(index);
  if (!is_new) return entry->second;
  const std::size_t width = resume.is_gcc ? 2 : 1;
  const auto look = [&](std::uintptr_t begin, std::uintptr_t end) {
    const auto found = decoders::FindIndexStore(ReadCode(begin, end), *layout.index, width, index);
    return found ? begin + *found : 0;
  };
  entry->second = look(resume.begin, resume.end);
  if (entry->second != 0) return entry->second;
  const symbolize::FunctionSymbol creator = symbolize::FindFunction(ramp);
  if (creator.begin != 0) entry->second = look(creator.begin, creator.end);
  return entry->second;
}

// Returns the initial suspension. If there is none (GCC leaves it out of a coroutine that starts at
// once), returns the last one.
std::uintptr_t FrameReader::OtherSuspension(Layout& layout, const Function& resume,
                                            const TaskRecord& record) {
  std::uintptr_t place = PlaceOf(layout, resume, record.code, kGccInitial);
  if (place != 0) return place;
  for (std::uint32_t index = kGccInitial + 2; index < kGccMost; index += 2) {
    const std::uintptr_t next = PlaceOf(layout, resume, record.code, index);
    if (next == 0) break;
    place = next;
  }
  return place == record.awaits_at ? 0 : place;
}

bool FrameReader::ReadIndex(const FrameCopy& copy, const Function& resume, const Function& destroy,
                            TaskRecord& record) {
  constexpr std::size_t kGccStarted = 3;  // how far _Coro_initial_await_resume_called is behind
  Layout& layout = LayoutOf(resume, destroy);
  record.state = WaitState::kSuspended;
  if (!layout.index) return true;
  const std::uint32_t index = ReadBytes(copy, *layout.index, resume.is_gcc ? 2 : 1);
  if (resume.is_gcc && index % 2 != 0) return false;  // it was destroyed
  record.awaits_at = PlaceOf(layout, resume, record.code, index);
  // An index that is in use must be in the code; but the creator may set the first one.
  if (record.unverified && index != 0 && record.awaits_at == 0) return false;
  if (resume.is_gcc) {
    record.other_suspension = OtherSuspension(layout, resume, record);
    const bool started = ReadBytes(copy, *layout.index + kGccStarted, 1) != 0;
    if (index == kGccInitial && !started) record.state = WaitState::kQueued;
  } else if (index == 0 && record.awaits_at != 0 &&
             (record.awaits_at < resume.begin || record.awaits_at >= resume.end) &&
             IsAtItsBeginning(record.awaits_at, resume.begin)) {
    record.state = WaitState::kQueued;
  }
  if (record.state == WaitState::kQueued) record.awaits_at = 0;
  return true;
}

// Runs once in a look: an address that is not a coroutine's may belong to a library that was loaded
// since the last look.
void FrameReader::Refresh() {
  if (refreshed_) return;
  refreshed_ = true;
  symbolize::RefreshModules();
  functions_.clear();
  layouts_.clear();
}

bool FrameReader::Complete(TaskRecord& record) {
  FrameCopy copy = ReadFrame(record);
  // If the block was freed meanwhile, the copy may be of anything.
  const bool is_one = copy.words.size() >= 3 && registry::IsStill(record) && Complete(record, copy);
  // A search of this process's own memory must not find copies.
  std::fill_n(copy.words.begin(), std::min<std::size_t>(copy.words.size(), 2), 0);
  if (is_one) copies_.insert_or_assign(record.serial, std::move(copy));
  return is_one;
}

bool FrameReader::Complete(TaskRecord& record, FrameCopy& copy) {
  if (FunctionAt(copy.words[1]).part != CoroutinePart::kDestroy) Refresh();
  const Function& destroy = FunctionAt(copy.words[1]);
  if (destroy.part != CoroutinePart::kDestroy) return CompleteUnloaded(record, copy);
  const Function& resume = copy.words[0] == 0 ? destroy : FunctionAt(copy.words[0]);
  if (copy.words[0] == 0) {
    record.state = WaitState::kOther;
  } else if (resume.part != CoroutinePart::kResume || !ReadIndex(copy, resume, destroy, record)) {
    return false;
  }
  record.call = record.code;
  record.code = destroy.begin;
  record.resume = copy.words[0] == 0 ? 0 : resume.begin;
  copy.promise_end = PromiseEnd(copy);
  if (!record.unverified) return true;
  // A null and the address of one function may be in any memory, such as a record of the coroutine.
  // A finished coroutine is recognized only by the frame's own address in it, which GCC 16 leaves
  // out.
  return copy.words[0] != 0 || (destroy.is_gcc && copy.promise_end);
}

const FrameCopy* FrameReader::CopyOf(std::uint64_t serial) const {
  const auto found = copies_.find(serial);
  return found == copies_.end() ? nullptr : &found->second;
}

Frame FrameOfCoroutine(std::uintptr_t place, const std::string& name) {
  const std::vector<Frame> frames = symbolize::Resolve({CodeAt(place)});
  for (const Frame& frame : frames) {
    if (symbolize::PlainName(frame.function) == name) return frame;
  }
  return frames.empty() ? Frame() : frames.back();
}

namespace {

// Finds frames by their addresses.
class Frames {
 public:
  Frames(const FrameReader& reader, std::unordered_map<std::uint64_t, TaskRecord>& tasks)
      : reader_(reader) {
    for (auto& [serial, record] : tasks) {
      if (record.frame.is_frame()) by_address_.emplace(record.frame.address(), &record);
    }
  }

  void Link() {
    for (const auto& [address, record] : by_address_) {
      const TaskRecord* const awaiter = AwaiterOf(*record);
      if (awaiter != nullptr) record->awaited_by = awaiter->serial;
    }
  }

 private:
  // Returns the frame into which a word points.
  [[nodiscard]] const TaskRecord* HolderOf(std::uintptr_t word) const {
    const auto after = by_address_.upper_bound(word);
    if (after == by_address_.begin()) return nullptr;
    const TaskRecord* const record = std::prev(after)->second;
    return word - record->frame.address() < record->frame.size() ? record : nullptr;
  }

  // Returns which word of `from` is the first that points into `to`; nothing if none does.
  static std::optional<std::size_t> Pointer(const FrameCopy& from, const TaskRecord& to) {
    for (std::size_t i = 2; i < from.words.size(); ++i) {
      if (from.words[i] - to.frame.address() < to.frame.size()) return i;
    }
    return std::nullopt;
  }

  // Returns the coroutine that continues after this one: its promise holds a pointer to it. If the
  // length of the promise is not known, the pointer may as well be to a coroutine that this one
  // owns, or be left from an earlier user of memory that this one has not written yet. An owned
  // coroutine does not point back, but an awaiter does, behind its own promise. The first word
  // behind the two functions always belongs to the promise: if a promise is smaller, no pointer can
  // be there.
  [[nodiscard]] const TaskRecord* AwaiterOf(const TaskRecord& record) const {
    const FrameCopy* const copy = reader_.CopyOf(record.serial);
    if (copy == nullptr || record.state == WaitState::kOther) return nullptr;
    const std::size_t end = copy->promise_end.value_or(copy->words.size());
    for (std::size_t i = 2; i < end; ++i) {
      const TaskRecord* const other = HolderOf(copy->words[i]);
      // An awaiter has been started and has not finished.
      if (other == nullptr || other == &record || other->state != WaitState::kSuspended) continue;
      const auto back = Pointer(*reader_.CopyOf(other->serial), record);
      if (copy->promise_end || i == 2 || (back && i < *back)) return other;
    }
    return nullptr;
  }

  const FrameReader& reader_;
  std::map<std::uintptr_t, TaskRecord*> by_address_;
};

}  // namespace

void LinkAwaiters(const FrameReader& reader, std::unordered_map<std::uint64_t, TaskRecord>& tasks) {
  Frames(reader, tasks).Link();
}

}  // namespace taskleak::explain
