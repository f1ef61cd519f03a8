"""Health, doctor, parked events, retention: reads all rooms, is read by none."""
