#include "run/hung_scope.h"

#include <algorithm>
#include <cstddef>

namespace taskleak::run {

void HungScope::Set(std::string_view scope, std::string_view phase) {
  if (next_ == nullptr) return;
  Name& name = *next_;
  std::size_t size = 0;
  for (const std::string_view part : {scope, std::string_view(phase.empty() ? "" : ": "), phase}) {
    const std::size_t taken = std::min(part.size(), name.size() - 1 - size);
    std::copy_n(part.data(), taken, name.data() + size);
    size += taken;
  }
  name[size] = '\0';
  next_ = shown_.exchange(&name);
}

}  // namespace taskleak::run
