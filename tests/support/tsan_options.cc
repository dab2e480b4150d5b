// ThreadSanitizer's options in tests that plant deadlocks: the circles are meant, and so is what
// breaks them. No weak definition would do: clang's runtime has one of its own.
extern "C" const char* __tsan_default_options();  // NOLINT(bugprone-reserved-identifier)

extern "C" const char* __tsan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "detect_deadlocks=0:report_mutex_bugs=0";
}
