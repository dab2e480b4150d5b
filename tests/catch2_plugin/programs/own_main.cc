// The same tests with taskleak's main(), and with options from code.
#include "taskleak/catch2.h"

namespace {

[[maybe_unused]] const bool configured = [] {
  taskleak::catch2::SetOptions({taskleak::IgnoreThreadName("leaks")});
  return true;
}();

}  // namespace
