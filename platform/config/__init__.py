"""How the platform is put together: environment, settings, routes, the Celery sender."""
