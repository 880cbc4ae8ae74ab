"""gunicorn's configuration file: its names are gunicorn's."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]

from config import env  # noqa: E402  (needs the path above)

_ENVIRONMENT = env.load()
_MOST_WORKERS = 4

# Programs of this machine come by the first; all others by the listener, or its TLS front.
bind = [
    f"unix:{_ENVIRONMENT.web_socket}",
    f"unix:{_ENVIRONMENT.front_socket}" if _ENVIRONMENT.has_tls else str(_ENVIRONMENT.listen),
]
umask = 0o077
workers = min(_MOST_WORKERS, os.cpu_count() or 1)
worker_class = "realtime.worker.PlatformWorker"
pythonpath = f"{ROOT / 'platform'},{ROOT}"
chdir = str(ROOT)
# One copy of Django in memory; workers share it until they write.
preload_app = True
graceful_timeout = 8
timeout = 60
loglevel = "warning"
# Else every instance of the machine shares one in the home folder.
control_socket_disable = True
worker_tmp_dir = "/dev/shm"  # noqa: S108  (gunicorn's heartbeat files, best in memory)


def pre_fork(_server: object, _worker: object) -> None:
    """Keep the collector off what workers share, or it would copy every page of it."""
    gc.collect()
    gc.freeze()


# Nobody's X-Forwarded-For counts but that of proxies that were named.
forwarded_allow_ips = ",".join(_ENVIRONMENT.trusted_proxies)
