// ThreadSanitizer's options for tests with planted deadlocks. The circles are intended, and so is
// the code that breaks them. A weak definition is not enough, because clang's runtime has a weak
// one too.
extern "C" const char* __tsan_default_options();  // NOLINT(bugprone-reserved-identifier)

extern "C" const char* __tsan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "detect_deadlocks=0:report_mutex_bugs=0";
}
