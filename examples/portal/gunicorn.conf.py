"""The settings of Gunicorn: ``gunicorn --config examples/portal/gunicorn.conf.py``."""

from pathlib import Path

chdir = str(Path(__file__).resolve().parents[1])
wsgi_app = "portal:create_app()"
workers = 2
threads = 4
# A worker that stops has this many seconds to finish its requests.
graceful_timeout = 20
# Gunicorn 25 and later would open a control socket, which is not needed here.
control_socket_disable = True
