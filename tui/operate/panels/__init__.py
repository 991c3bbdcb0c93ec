"""What each region of the screens shows: functions of the view and of a size, without Textual."""
