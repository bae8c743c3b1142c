# Sources of the fanotify body of FileEvents, for target vigie_linux.
set(FILE_EVENTS_LINUX_SOURCES
  divided_file_events.cc
  event_location.cc
  fanotify_event_parser.cc
  fanotify_file_events.cc
  fanotify_group.cc
  fanotify_shared.cc
  mark_limit.cc
  observation_reader.cc
  open_file.cc
  permission_reader.cc
  process_identity.cc
  wake_signal.cc
  watched_places.cc)
