"""What can be found out about an application without a request. ``flask login`` shows it."""
