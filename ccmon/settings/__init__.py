"""What the user has set, and where: options, configuration, environment, themes."""
