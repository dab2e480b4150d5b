// The same tests with taskleak's main(), and with options from code, twice.
#include <cstdlib>

#include "taskleak/catch2.h"

namespace {

[[maybe_unused]] const bool configured = [] {
  taskleak::catch2::SetOptions({taskleak::IgnoreThreadName("leaks")});
  taskleak::catch2::SetOptions({});                                     // changes nothing
  taskleak::catch2::SetOptions({taskleak::IgnoreThreadName("leaks")});  // neither does the same
  if (const char* other = std::getenv("OTHER_OPTIONS"))
    taskleak::catch2::SetOptions({taskleak::IgnoreThreadName(other)});
  return true;
}();

}  // namespace
