// The threads of an embedded Java machine.
#include <jni.h>

#include <gtest/gtest.h>

#include <chrono>

#include "known_threads/expect_known.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

JavaVM* CreateMachine() {
  JavaVMInitArgs arguments{};
  arguments.version = JNI_VERSION_10;
  JavaVM* machine = nullptr;
  JNIEnv* environment = nullptr;
  const jint error = JNI_CreateJavaVM(&machine, reinterpret_cast<void**>(&environment), &arguments);
  return error == JNI_OK ? machine : nullptr;
}

// All checks are in one test, since a process can create a machine only once.
TEST(KnownJvmTest, ItsOwnThreadsAreKnownAndThoseOfTheProgramAreNot) {
  const auto before = Snapshot::Take();
  JavaVM* const machine = CreateMachine();
  ASSERT_NE(machine, nullptr);
  Options options;
  options.drain = std::chrono::milliseconds(500);
  testing::ExpectKnown(before, options);

  // A timer that the program did not cancel.
  JNIEnv* environment = nullptr;
  ASSERT_EQ(machine->GetEnv(reinterpret_cast<void**>(&environment), JNI_VERSION_10), JNI_OK);
  jclass const timer = environment->FindClass("java/util/Timer");
  jobject const object =
      environment->NewObject(timer, environment->GetMethodID(timer, "<init>", "()V"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
  environment->CallVoidMethod(object, environment->GetMethodID(timer, "cancel", "()V"));
}

}  // namespace
}  // namespace taskleak
