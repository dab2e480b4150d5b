// [main]
#include <taskleak/gtest.h>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  taskleak::gtest::AddListener();
  return RUN_ALL_TESTS();
}
// [/main]
