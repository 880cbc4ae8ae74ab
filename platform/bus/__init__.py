"""What platform and hosts say to each other; knows neither Django nor the engine's inside."""
