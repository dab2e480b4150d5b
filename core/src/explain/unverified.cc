#include "explain/unverified.h"

#include <cstdint>
#include <set>

#include "explain/coroutine_frame.h"
#include "linux/coroutines/frame_scan.h"

namespace taskleak::explain {

TaskRecords ScanForCoroutines(const TaskRecords& known) {
  // The address of a registered coroutine's frame is not known, so no coroutine of the same
  // function is shown.
  std::set<std::uintptr_t> frames;
  std::set<std::uintptr_t> registered;
  for (const auto& [serial, record] : known) {
    if (record.frame.is_frame())
      frames.insert(record.frame.address());
    else if (record.code != 0)
      registered.insert(record.code);
  }
  TaskRecords found;
  FrameReader reader;
  for (const std::uintptr_t address : platform::ScanForFrames(platform::FindCoroutineFunctions())) {
    registry::TaskRecord record;
    record.serial = address;
    record.unverified = true;
    record.frame = registry::FrameWord::Make(address, 1);
    if (!registry::FrameWord::Fits(address) || frames.contains(address)) continue;
    if (reader.Complete(record) && !registered.contains(record.code))
      found.emplace(record.serial, record);
  }
  LinkAwaiters(reader, found);
  return found;
}

}  // namespace taskleak::explain
