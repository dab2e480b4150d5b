#include <gtest/gtest.h>

#include "feed.h"

TEST(FeedTest, AsksForWhatIsSubscribed) {
  boost::asio::io_context context;
  Feed feed(context);
  feed.Subscribe("gold");
  context.poll();
  EXPECT_EQ(feed.asked(), std::vector<std::string>{"gold"});
  feed.Close();
  context.poll();
}
