# Sources of the fake of FileEvents, for target vigie_fake.
set(FILE_EVENTS_FAKE_SOURCES fake_file_events.cc)
