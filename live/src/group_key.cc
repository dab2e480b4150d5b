#include "group_key.h"

#include <fmt/format.h>

namespace taskleak::live {

std::string GroupKey(const LeakGroup& group) {
  const Unit& first = group.first();
  std::string key = fmt::format("{}\n{}\n", ToString(first.kind), first.origin);
  if (first.created_by.empty()) return key + group.signature;
  for (const Frame& frame : first.created_by) {
    if (!frame.runtime) key += fmt::format("{} {}:{}\n", frame.function, frame.file, frame.line);
  }
  return key;
}

}  // namespace taskleak::live
