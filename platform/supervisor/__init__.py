"""`manage.py up` and its kin: starts what one machine needs, and looks after it."""
